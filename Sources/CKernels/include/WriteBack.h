#ifndef GROOVE_WRITE_BACK_H
#define GROOVE_WRITE_BACK_H

// Calls that the C library declares for its GNU dialect only, which Swift does not see.

// Asks the kernel to begin writing a file's changed pages to the disk, without waiting.
void groove_begin_write_back(int descriptor);
// Waits until the file system of an open file is on the disk; 0 or the error's number.
int groove_synchronize_all(int descriptor);

#endif
