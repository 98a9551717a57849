// A disk that is slow to keep its word: every flush takes as many milliseconds longer as the file that PARLEY_SLOW_DISK names says.
// Preloaded into a station by the run of faults.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void hold(void) {
  const char *path = getenv("PARLEY_SLOW_DISK");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return;
  long ms = 0;
  if (fscanf(file, "%ld", &ms) == 1 && ms > 0) {
    struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&rest, &rest) != 0);
  }
  fclose(file);
}

int fsync(int fd) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  hold();
  return next(fd);
}

int fdatasync(int fd) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  hold();
  return next(fd);
}
