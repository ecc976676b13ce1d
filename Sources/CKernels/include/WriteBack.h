#ifndef GROOVE_WRITE_BACK_H
#define GROOVE_WRITE_BACK_H

// Asks the kernel to begin writing a file's changed pages to the disk, without waiting. A call that
// the C library declares for its GNU dialect only, which Swift does not see.
void groove_begin_write_back(int descriptor);

#endif
