import CKernels

/// The hours of times in microseconds, all of the day that begins at `midnight`.
///
/// PERF: one division a time, of 32 bits: an hour has 1,024 times 3,515,625 microseconds. It was
/// 2.3 % of a rebuild of `music` where two divisions were 5.2 % (Zen 4 VM, 2026-11-25). As a kernel
/// it takes 1 % less of one than as a loop in Swift (runs in turn, Zen 5 VM, 2026-11-30).
package func hours(
  _ times: Span<Int64>, from midnight: Int64, level: CPU.Level = CPU.level
) -> [Int64] {
  if times.isEmpty { return [] }
  if level == .swift {
    return times.indices.map { index in
      Int64(UInt32(truncatingIfNeeded: (times[index] &- midnight) &>> 10) / 3_515_625)
    }
  }
  // SAFETY: the kernel reads the span's own times and writes as many hours; there is room for them.
  return unsafe [Int64](unsafeUninitializedCapacity: times.count) { output, count in
    unsafe times.withUnsafeBufferPointer { input in
      unsafe groove_hours64(
        input.baseAddress, input.count, midnight, output.baseAddress, Int32(level.rawValue))
    }
    count = times.count
  }
}
