#!/bin/sh
# Sends messages with nothing but a POSIX shell and its tools: docs/protocol.md, sections 1 to 4.1. `mv` is what publishes.
#
#   sh producer.sh register ROOT AGENT...
#   sh producer.sh publish ROOT assigned_to=coder file=a.ts file=b.ts priority=high
#
# What it cannot send as it is, it refuses: control characters but tabs and line breaks, text that is not UTF-8, agents whose names
# need a SHA-256 to be shortened, delays and expiries. It does not flush: a message may be lost in a power cut (R20).
set -u
export LC_ALL=C # A character is a byte here.
tab=$(printf '\t') return=$(printf '\r')

refuse() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The bytes of a text, each as a blank and two hex digits.
hex() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d '\n'
}

random() { # BYTES
  od -An -v -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

check_utf8() { # TEXT
  printf '%s' "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 || refuse 'The text is not valid UTF-8.'
}

# Whether a text is an id: 1 to 512 characters in UTF-8, none of them a control character (R8).
check_id() { # NAME ID
  case "$(hex "$2")" in
    '') refuse "$1 must not be empty." ;;
    *' '[01][0-9a-f]* | *' 7f'* | *' c2 '[89][0-9a-f]*) refuse "$1 must not have control characters." ;;
  esac
  check_utf8 "$2"
  [ "$(printf '%s' "$2" | tr -d '\200-\277' | wc -c)" -le 512 ] || refuse "$1 must not have more than 512 characters."
}

# An agent's name as a segment of a path (R8).
segment() { # AGENT
  encoded=$(hex "$1" | tr ' ' '%' | awk '
    function plain(part, kept,   code) {
      for (code = 33; code < 127; code++)
        if (sprintf("%%%02x", code) == part && index(kept, sprintf("%c", code))) return sprintf("%c", code)
      return part
    }
    {
      for (at = 1; at < length($0); at += 3) {
        part = substr($0, at, 3)
        kept = "abcdefghijklmnopqrstuvwxyz0123456789_"
        if (at > 1) kept = kept "-"
        if (at > 1 && at + 3 < length($0)) kept = kept "."
        whole = whole plain(part, kept)
      }
      if (whole ~ /^(con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9])([.%]|$)/) whole = substr($0, 1, 3) substr(whole, 2)
      print whole
    }')
  [ "${#encoded}" -le 28 ] || refuse "The name $1 is too long for a program without SHA-256. Choose a shorter one."
  printf '%s\n' "$encoded"
}

# A text as a JSON string (R11).
quote() {
  case "$(hex "$1" | sed 's/ 0[9ad]//g')" in
    *' '[01][0-9a-f]*) refuse 'There is a control character in the text, which this program does not send.' ;;
  esac
  check_utf8 "$1"
  # The dot guards line breaks at the end; it is taken away again.
  printf '%s.\n' "$1" | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/\\\\t/g; s/$return/\\\\r/g" | awk '
    { text = NR == 1 ? $0 : text "\\n" $0 }
    END { printf "\"%s\"", substr(text, 1, length(text) - 1) }'
}

# Whether a text is an RFC 3339 time in UTC, of a day that exists (R12).
check_time() {
  printf '%s\n' "$1" | awk '
    /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z$/ && length($0) <= 30 {
      year = substr($0, 1, 4) + 0; month = substr($0, 6, 2) + 0; day = substr($0, 9, 2) + 0
      split("31 28 31 30 31 30 31 31 30 31 30 31", days, " ")
      if ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) days[2] = 29
      good = month >= 1 && month <= 12 && day >= 1 && day <= days[month] && substr($0, 12, 2) + 0 < 24
    }
    END { exit !(good && NR == 1) }' || refuse "created_at is $1; it must be a time such as 2026-01-09T12:30:15Z."
}

one_of() { # NAME VALUE CHOICES
  case "$2" in *' '*) ;; *) case " $3 " in *" $2 "*) return ;; esac ;; esac
  refuse "$1 is $2; it must be one of: $3."
}

# A directory of layout 1, entered; its permissions for all that is made in it (R6, R7, R62).
enter() { # ROOT
  cd -- "$1" || refuse "There is no directory $1."
  for place in inbox outbox tmp; do
    [ ! -h "$place" ] || refuse "$place is a link; links are not gone through."
  done
  umask 077
  [ -e layout.json ] || return 0
  tr -d ' \t\r\n' <layout.json | grep -q '[{,]"layout":1[,}]' || refuse 'layout.json does not speak of layout 1.'
  case "$(ls -ld layout.json)" in ????rw?---*) umask 007 ;; esac
}

# Registers all of them, or none if one has a name that cannot be.
register() { # AGENT...
  for agent in "$@"; do
    check_id 'The name of an agent' "$agent"
    segment "$agent" >/dev/null || exit 1
  done
  for agent in "$@"; do
    place=$(segment "$agent")
    mkdir -p "outbox/$place" && mkdir -p "inbox/$place" || refuse "$agent cannot be registered."
  done
}

# Sets one field of the message, from an argument `name=value`.
field() {
  case $1 in *=*) ;; *) refuse "$1 is no name=value." ;; esac
  name=${1%%=*} value=${1#*=}
  case $name in
    message_type) type=$value; one_of "$name" "$value" 'task_assignment status_update task_complete' ;;
    message_id | workflow_id | task_id | agent_id | assigned_to) check_id "$name" "$value" ;;
    created_at)
      [ -z "$created_at" ] || refuse 'created_at is there twice.'
      created_at=$value; check_time "$value"; return ;;
    priority) one_of "$name" "$value" 'low medium high' ;;
    status) one_of "$name" "$value" 'queued in_progress blocked failed completed' ;;
    idempotency_key | current_step) ;;
    file) text=$(quote "$value") || exit 1; files="$files${files:+, }$text"; return ;;
    *) refuse "This program does not send $name." ;;
  esac
  case $name in agent_id) agent_id=$value ;; assigned_to) assigned_to=$value ;; message_id) message_id=$value ;; esac
  case $fields in *", \"$name\": "*) refuse "$name is there twice." ;; esac
  text=$(quote "$value") || exit 1
  fields="$fields, \"$name\": $text"
}

publish() { # FIELDS...
  type=task_assignment agent_id='' assigned_to='' message_id='' files='' fields='' created_at=''
  for argument in "$@"; do field "$argument"; done
  [ -n "$created_at" ] || created_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  [ -n "$message_id" ] || fields="$fields, \"message_id\": \"$(random 16)\""
  case $type in
    task_assignment) needed='workflow_id task_id agent_id' others='status current_step' ;;
    status_update) needed='workflow_id task_id agent_id status' others='assigned_to priority' ;;
    *) needed='workflow_id task_id agent_id status' others='assigned_to priority current_step' ;;
  esac
  for name in $needed; do case $fields in *", \"$name\": "*) ;; *) refuse "$name is missing." ;; esac; done
  for name in $others; do case $fields in *", \"$name\": "*) refuse "A $type has no $name." ;; esac; done
  [ -z "$files" ] || [ "$type" = task_assignment ] || refuse "A $type has no file."
  case $fields in *', "message_type": '*) ;; *) fields="$fields, \"message_type\": \"$type\"" ;; esac
  case $type in
    task_assignment) box=inbox recipient=${assigned_to:-$agent_id} fields="$fields, \"inputs\": { \"files\": [$files] }" ;;
    *) box=outbox recipient=$agent_id ;;
  esac
  box=$box/$(segment "$recipient") || exit 1
  [ ! -h "$box" ] || refuse "$box is a link; links are not gone through."
  [ "${box%%/*}" = outbox ] || [ -d "$box" ] || refuse "No agent $recipient is registered here: there is no $box."
  mkdir -p tmp "$box" || refuse "There is no $box."
  unique=$(date -u +%Y%m%dT%H%M%SZ)-$(random 12)
  temporary=tmp/$unique.tmp
  trap 'rm -f "$temporary"; exit 1' HUP INT TERM
  printf '{ "schema_version": "1.0", "created_at": "%s"%s }\n' "$created_at" "$fields" >"$temporary" &&
    [ "$(wc -c <"$temporary")" -le 1048576 ] && mv "$temporary" "$box/$unique.json" && return
  rm -f "$temporary"
  refuse 'The message could not be written, or is larger than 1 MiB. Nothing was sent.'
}

[ $# -ge 2 ] || refuse 'usage: producer.sh register ROOT AGENT... | publish ROOT name=value...'
command=$1
enter "$2"
shift 2
case $command in
  register) register "$@" ;;
  publish) publish "$@" ;;
  *) refuse "There is no command $command." ;;
esac
