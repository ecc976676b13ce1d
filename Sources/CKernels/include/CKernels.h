// Kernels compiled once per CPU level and chosen at run time. Each has a Swift twin.
#ifndef GROOVE_CKERNELS_H
#define GROOVE_CKERNELS_H

#include <stdint.h>

#include "Allocator.h"
#include "BitPacking.h"
#include "Bits.h"
#include "CPULevel.h"
#include "CSVFields.h"
#include "CSVLanes.h"
#include "CSVTokenizer.h"
#include "Checksum.h"
#include "Follow.h"
#include "Measure.h"
#include "Pause.h"
#include "SelectRows.h"
#include "Times.h"
#include "UTF8.h"
#include "WriteBack.h"

#endif
