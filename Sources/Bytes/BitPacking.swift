import CKernels

/// Numbers of `width` bits each, end to end, low bits first.
///
/// The kernels read no byte outside the range they are given, whatever the width; the Swift twins
/// do the same work value by value.
package enum BitPacking {
  /// The bytes that `count` numbers of `width` bits take; nil where that is beyond an `Int`.
  package static func byteCount(_ count: Int, width: Int) -> Int? {
    let (bits, overflow) = count.multipliedReportingOverflow(by: width)
    return overflow || bits > Int.max - 7 ? nil : (bits + 7) / 8
  }

  /// The bits that numbers up to `range` need.
  package static func width(_ range: UInt64) -> Int { 64 - range.leadingZeroBitCount }

  /// Appends (value - base) / scale for each value; the division must leave no rest.
  package static func pack(
    _ values: Span<Int64>, base: Int64, scale: UInt64 = 1, width: Int, into bytes: inout [UInt8],
    level: CPU.Level = CPU.level
  ) {
    precondition(width >= 0 && width <= 64 && scale > 0, "a width of at most 64 bits")
    guard let size = byteCount(values.count, width: width), size > 0 else { return }
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: size))
    let shift = scale.trailingZeroBitCount
    let inverse = inverse(of: scale >> UInt64(shift))
    if level > .swift {
      // SAFETY: `values` is only read; the kernel writes exactly `size` bytes from `start` on,
      // which were appended above.
      unsafe bytes.withUnsafeMutableBufferPointer { output in
        unsafe values.withUnsafeBufferPointer { input in
          guard let from = input.baseAddress, let to = output.baseAddress else { return }
          #if arch(x86_64)
            if level == .avx512 {
              // SAFETY: as above.
              return unsafe groove_pack64_avx512(
                from, input.count, base, UInt32(shift), inverse, UInt32(width), to + start)
            }
          #endif
          // SAFETY: as above.
          unsafe groove_pack64_baseline(
            from, input.count, base, UInt32(shift), inverse, UInt32(width), to + start)
        }
      }
      return
    }
    for index in values.indices {
      var rest = (UInt64(bitPattern: values[index] &- base) >> UInt64(shift)) &* inverse
      if width < 64 { rest &= 1 << UInt64(width) - 1 }
      var bit = index &* width
      var left = width
      while left > 0 {
        bytes[start &+ bit >> 3] |= UInt8(truncatingIfNeeded: rest << UInt64(bit & 7))
        let taken = min(left, 8 &- bit & 7)
        rest >>= UInt64(taken)
        bit &+= taken
        left &-= taken
      }
    }
  }

  /// The number that undoes a multiplication by an odd number, modulo 2^64.
  package static func inverse(of odd: UInt64) -> UInt64 {
    precondition(odd & 1 == 1, "only odd numbers have an inverse modulo a power of two")
    var inverse = odd
    for _ in 0..<5 { inverse = inverse &* (2 &- odd &* inverse) }
    return inverse
  }

  /// `count` values base + scale * number, from `range` of `bytes`.
  package static func unpack(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, width: Int, base: Int64, scale: UInt64,
    level: CPU.Level = CPU.level
  ) -> [Int64] {
    check(range, count: count, width: width, limit: 64)
    // Making an empty array by its memory writes the length of the one that all threads share.
    if count == 0 { return [] }
    // SAFETY: the initializer's buffer has room for `count` values, and the bytes and the range
    // were checked against each other above, as `fill` demands.
    return unsafe [Int64](unsafeUninitializedCapacity: count) { output, filled in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe fill(
          output, UnsafeBufferPointer(rebasing: input[range]), width, UInt64(bitPattern: base),
          scale, level, count)
      }
      filled = count
    }
  }

  /// `count` values base + number, modulo 2^32.
  package static func unpack(
    _ bytes: [UInt8], _ range: Range<Int>, count: Int, width: Int, base: UInt32,
    level: CPU.Level = CPU.level
  ) -> [UInt32] {
    check(range, count: count, width: width, limit: 32)
    if count == 0 { return [] }
    // SAFETY: as above.
    return unsafe [UInt32](unsafeUninitializedCapacity: count) { output, filled in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe fill(
          output, UnsafeBufferPointer(rebasing: input[range]), width, base, level, count)
      }
      filled = count
    }
  }

  private static func check(_ range: Range<Int>, count: Int, width: Int, limit: Int) {
    precondition(count >= 0 && width >= 0 && width <= limit, "a width of the type")
    precondition(byteCount(count, width: width) == range.count, "exactly the packed bytes")
  }

  // SAFETY: the callers pass an output of at least `count` values and an input of exactly the
  // packed bytes; the kernels and the twins stay inside both.
  private static func fill(
    _ output: UnsafeMutableBufferPointer<Int64>, _ input: UnsafeBufferPointer<UInt8>,
    _ width: Int, _ base: UInt64, _ scale: UInt64, _ level: CPU.Level, _ count: Int
  ) {
    unsafe output.withMemoryRebound(to: UInt64.self) { output in
      let from = input.baseAddress
      let to = output.baseAddress
      let size = input.count
      // SAFETY: the three describe the buffers that the callers checked.
      #if arch(x86_64)
        if level == .avx512 {
          return unsafe groove_unpack64_avx512(from, size, to, count, UInt32(width), base, scale)
        } else if level == .avx2 {
          return unsafe groove_unpack64_avx2(from, size, to, count, UInt32(width), base, scale)
        }
      #endif
      if level > .swift {
        return unsafe groove_unpack64_baseline(from, size, to, count, UInt32(width), base, scale)
      }
      // SAFETY: both have room for `count` numbers.
      for index in 0..<count {
        let number = unsafe number(input, index, width)
        unsafe output.initializeElement(at: index, to: base &+ scale &* number)
      }
    }
  }

  // SAFETY: as above.
  private static func fill(
    _ output: UnsafeMutableBufferPointer<UInt32>, _ input: UnsafeBufferPointer<UInt8>,
    _ width: Int, _ base: UInt32, _ level: CPU.Level, _ count: Int
  ) {
    let from = input.baseAddress
    let to = output.baseAddress
    let size = input.count
    // SAFETY: the three describe the buffers that the callers checked.
    #if arch(x86_64)
      if level == .avx512 {
        return unsafe groove_unpack32_avx512(from, size, to, count, UInt32(width), base)
      } else if level == .avx2 {
        return unsafe groove_unpack32_avx2(from, size, to, count, UInt32(width), base)
      }
    #endif
    if level > .swift {
      return unsafe groove_unpack32_baseline(from, size, to, count, UInt32(width), base)
    }
    // SAFETY: both have room for `count` numbers.
    for index in 0..<count {
      let number = unsafe UInt32(truncatingIfNeeded: number(input, index, width))
      unsafe output.initializeElement(at: index, to: base &+ number)
    }
  }

  /// Number `index` of the stream, byte by byte.
  // SAFETY: the input has all bytes of the number, as the callers checked for the whole stream.
  private static func number(
    _ input: UnsafeBufferPointer<UInt8>, _ index: Int, _ width: Int
  ) -> UInt64 {
    var number: UInt64 = 0
    var bit = index &* width
    var done = 0
    while done < width {
      let taken = min(width &- done, 8 &- bit & 7)
      let piece = unsafe UInt64(input[bit >> 3]) >> UInt64(bit & 7) & (1 << UInt64(taken) - 1)
      number |= piece << UInt64(done)
      bit &+= taken
      done &+= taken
    }
    return number
  }
}
