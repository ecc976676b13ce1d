// How often memory was asked for: `bench` counts it, since a number of allocations repeats
// where times do not.
#ifndef GROOVE_COUNTING_H
#define GROOVE_COUNTING_H

/// The blocks that all threads of this process have asked for so far.
unsigned long groove_allocations(void);

#endif
