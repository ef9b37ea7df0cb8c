/*
 * The floor: the system calls that a queue of files cannot do without, and nothing else. Reads `fill N`, `ready N` and
 * `run N` from its standard input, and answers each on descriptor 3 with a line of JSON; `run` tells what it took.
 *
 *     floor OPERATION DIRECTORY BYTES
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
/* As many as libuv has in its pool, through which the bare node calls flush a batch. */
#define FLUSHERS 4

static const char *directory;
static char *bytes;
static size_t length;
static long sent, claimed;

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) fail("clock_gettime");
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void name(char *to, const char *place, long number) {
  snprintf(to, 4096, "%s/%s/20251214T103500_123Z_%036ld_task_assignment~p1~%06ld.json", directory, place, number, number % 1000000);
}

static void place(const char *which) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", directory, which);
  if (mkdir(path, 0700) != 0 && errno != EEXIST) fail(path);
}

static int create(long number) {
  char path[4096];
  name(path, "tmp", number);
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) fail(path);
  if (write(file, bytes, length) != (ssize_t)length) fail("write");
  return file;
}

static void publish(long number) {
  char from[4096], to[4096];
  name(from, "tmp", number);
  name(to, "inbox", number);
  if (rename(from, to) != 0) fail(from);
}

static void flush_inbox(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/inbox", directory);
  int inbox = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (inbox < 0 || fsync(inbox) != 0) fail(path);
  close(inbox);
}

static void send_one(int durable) {
  int file = create(sent);
  if (durable && fsync(file) != 0) fail("fsync");
  close(file);
  publish(sent);
  sent += 1;
  if (durable) flush_inbox();
}

/* What one of the flushers has to do: its first file, and every FLUSHERS-th after it. */
struct share {
  const int *files;
  long first, count;
};

static void *flush_share(void *given) {
  const struct share *share = given;
  for (long at = share->first; at < share->count; at += FLUSHERS)
    if (fsync(share->files[at]) != 0) fail("fsync");
  return NULL;
}

/* Several at once, as a journal commits for all that wait for it. The threads start anew for each batch: some 50 us. */
static void flush_all(const int *files, long count) {
  pthread_t flushers[FLUSHERS];
  struct share shares[FLUSHERS];
  for (long at = 0; at < FLUSHERS; at += 1) {
    shares[at] = (struct share){files, at, count};
    errno = pthread_create(&flushers[at], NULL, flush_share, &shares[at]);
    if (errno != 0) fail("pthread_create");
  }
  for (long at = 0; at < FLUSHERS; at += 1) pthread_join(flushers[at], NULL);
}

static void send_batch(long count, int durable) {
  int files[BATCH];
  for (long at = 0; at < count; at += 1) files[at] = create(sent + at);
  if (durable) flush_all(files, count);
  for (long at = 0; at < count; at += 1) close(files[at]);
  for (long at = 0; at < count; at += 1) publish(sent + at);
  sent += count;
  if (durable) flush_inbox();
}

/* rename into the leases, read, look into the ledger, rename into the ledger */
static void receive_one(void) {
  static char content[1 << 20];
  char ready[4096], leased[4096], done[4096];
  struct stat status;
  name(ready, "inbox", claimed);
  name(leased, "locks", claimed);
  name(done, "processed", claimed);
  if (rename(ready, leased) != 0) fail(ready);
  int file = open(leased, O_RDONLY | O_CLOEXEC);
  if (file < 0) fail(leased);
  if (fstat(file, &status) != 0) fail("fstat"); /* How long it is. */
  if (read(file, content, sizeof content) < 0) fail("read");
  close(file);
  if (stat(done, &status) == 0) fail("the ledger has it already");
  if (rename(leased, done) != 0) fail(leased);
  claimed += 1;
}

static void run(const char *operation, long count) {
  if (strcmp(operation, "receive") == 0 || strcmp(operation, "work") == 0)
    for (long at = 0; at < count; at += 1) receive_one();
  else if (strcmp(operation, "send") == 0)
    for (long at = 0; at < count; at += 1) send_one(0);
  else if (strcmp(operation, "send_durable") == 0)
    for (long at = 0; at < count; at += 1) send_one(1);
  else
    for (long at = 0; at < count; at += BATCH)
      send_batch(count - at < BATCH ? count - at : BATCH, strcmp(operation, "send_concurrently") == 0);
}

int main(int argc, char **argv) {
  char line[128], verb[16];
  long count;
  if (argc != 4) return 2;
  directory = argv[2];
  length = (size_t)atol(argv[3]);
  bytes = malloc(length);
  memset(bytes, 'x', length);
  place("tmp"), place("inbox"), place("locks"), place("processed");
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "%15s %ld", verb, &count) != 2) return 2;
    double wall = seconds(CLOCK_MONOTONIC), processor = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (strcmp(verb, "run") == 0) run(argv[1], count);
    wall = seconds(CLOCK_MONOTONIC) - wall;
    processor = seconds(CLOCK_PROCESS_CPUTIME_ID) - processor;
    if (strcmp(verb, "fill") == 0)
      for (long at = 0; at < count; at += 1) send_one(0);
    dprintf(3, "{\"count\":%ld,\"wall_us\":%.1f,\"processor_us\":%.1f}\n", count, wall * 1e6, processor * 1e6);
  }
  return 0;
}
