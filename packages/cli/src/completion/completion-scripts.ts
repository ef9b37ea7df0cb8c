/** The shells that completion is for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** The word that asks this program for candidates. */
export const COMPLETE = '__complete';

/**
 * What a shell is to read so that it completes `tapps-mq`. The scripts know nothing themselves: they hand the words so far to
 * the program, which answers with a candidate a line, a tab and what it is; `:files` asks for the shell's own file names.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

const BASH = `# bash completion for tapps-mq. Load it with: source <(tapps-mq completion bash)
_tapps_mq() {
  local line value quoted word words=() last=\${COMP_WORDS[COMP_CWORD]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    word=\${word#[\\"\\']} word=\${word%[\\"\\']}
    words+=("\${word//\\\\/}")
  done
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      compopt -o default 2>/dev/null
      continue
    fi
    value=\${line%%$'\\t'*}
    [[ \${COMP_WORDS[COMP_CWORD-1]} == '=' || $last == '=' ]] && value=\${value#*=}
    # What was begun with a quotation mark is quoted already.
    if [[ $last == [\\"\\']* ]]; then quoted=$value; else printf -v quoted %q "$value"; fi
    COMPREPLY+=("$quoted")
  done < <(command tapps-mq ${COMPLETE} -- "\${words[@]}" 2>/dev/null)
}
complete -o nosort -F _tapps_mq tapps-mq 2>/dev/null || complete -F _tapps_mq tapps-mq
`;

const ZSH = `#compdef tapps-mq
# zsh completion for tapps-mq. Load it with: source <(tapps-mq completion zsh)
# or save it as _tapps-mq in a directory of $fpath.
_tapps_mq() {
  local line files
  local -a values shown
  while IFS= read -r line; do
    if [[ $line == ':files' ]]; then
      files=1
      continue
    fi
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done < <(command tapps-mq ${COMPLETE} -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#values )) && compadd -l -d shown -a values
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _tapps-mq ]]; then
  _tapps_mq "$@"
else
  compdef _tapps_mq tapps-mq
fi
`;

const FISH = `# fish completion for tapps-mq. Load it with: tapps-mq completion fish | source
# or save it as ~/.config/fish/completions/tapps-mq.fish
function __tapps_mq_complete
    set -l last (string unescape -- (commandline -ct); or commandline -ct)
    set -l words (commandline -opc) "$last"
    for line in (command tapps-mq ${COMPLETE} -- $words[2..-1] 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c tapps-mq -f -a '(__tapps_mq_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
