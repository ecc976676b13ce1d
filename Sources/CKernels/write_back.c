#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "WriteBack.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void groove_begin_write_back(int descriptor) {
  (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int groove_synchronize_all(int descriptor) { return syncfs(descriptor) == 0 ? 0 : errno; }
