import CKernels

// One field of many rows at a time, by the compiled kernels.
//
// Each takes the marks of some rows of CSV, appends a value a row, and then the rows whose field
// has not the common form, in their order, to `others`; what stands at those is to be set by
// whoever called. Fields begin and end anywhere: the kernels look at none that begins in the last
// `FieldKernels.padding` bytes, and at no byte behind the padding of the others.

/// Where one field of some rows stands: row `r` has it from `gap` behind the mark
/// `r * stride + field` to the mark behind that one.
package struct FieldLayout: Sendable {
  package let stride: Int
  package let field: Int
  package let gap: UInt32
  package let rowCount: Int

  package init(stride: Int, field: Int, gap: UInt32, rowCount: Int) {
    self.stride = stride
    self.field = field
    self.gap = gap
    self.rowCount = rowCount
  }
}

/// The bytes before the digits of a text, at most eight, as a word with the first byte lowest.
package struct FieldAffix: Sendable, Hashable {
  package let length: Int
  package let word: UInt64
  package let mask: UInt64

  /// No bytes.
  init() {
    (length, word, mask) = (0, 0, 0)
  }

  /// nil for more than eight bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count <= 8 else { return nil }
    var word: UInt64 = 0
    for byte in bytes.reversed() { word = word << 8 | UInt64(byte) }
    self.word = word
    length = bytes.count
    mask = bytes.count == 8 ? ~0 : (1 << UInt64(8 * bytes.count)) - 1
  }

  var compiled: groove_csv_affix {
    groove_csv_affix(word: word, mask: mask, length: length)
  }
}

/// Numbers whose codes follow one another: place `first + i` has the code `code + i`.
package struct CodedRun: Sendable, Hashable {
  package var first: UInt32
  package var code: UInt32
  package var count: UInt32

  package init(first: UInt32 = 0, code: UInt32 = 0, count: UInt32 = 0) {
    self.first = first
    self.code = code
    self.count = count
  }

  /// Adds a place behind the last one if its code is that, too.
  package mutating func extend(_ place: UInt32, code next: UInt32) -> Bool {
    guard count > 0, place == first &+ count, next == code &+ count else { return false }
    count += 1
    return true
  }
}

/// The hash of a text's key, as the kernels have it. A key is up to 23 bytes of text in x, y and z
/// with the length in the highest byte; w is not looked at.
@inlinable @inline(__always)
package func hash(ofKey key: SIMD4<UInt64>) -> UInt64 {
  let product = (key.x ^ 0x9E37_79B9_7F4A_7C15)
    .multipliedFullWidth(by: key.y ^ (key.z &* 0xC2B2_AE3D_27D4_EB4F) ^ 0x1656_67B1_9E37_79F9)
  let mixed = product.high ^ product.low
  return ((mixed ^ (mixed &>> 32)) &* 0xD6E8_FEB8_6659_FD93) &>> 24
}

/// The kernels of one CPU level; there are none for `.swift`, whose twins their callers have.
package struct FieldKernels: Sendable {
  /// The bytes behind a field's start that may be read, wherever it ends.
  package static let padding = 32
  private let kernels: groove_csv_kernels

  package init?(_ level: CPU.Level) {
    if level == .swift { return nil }
    #if arch(x86_64)
      switch level {
      case .avx512: kernels = groove_csv_kernels_avx512
      case .avx2: kernels = groove_csv_kernels_avx2
      default: kernels = groove_csv_kernels_sse2
      }
    #elseif arch(arm64)
      kernels = groove_csv_kernels_neon
    #endif
  }

  /// Integers of one to sixteen digits.
  package func integers(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout,
    into values: inout [Int64], _ others: inout [UInt32]
  ) {
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(bytes, marks, layout, &values, &others) { field, values, others in
      unsafe kernels.integers(field, values, others)
    }
  }

  /// Microseconds from 1970 on of `YYYY-MM-DD[ T]HH:MM:SS[Z]` in the 256 years from 1900 on.
  package func timestamps(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout,
    into values: inout [Int64], _ others: inout [UInt32]
  ) {
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(bytes, marks, layout, &values, &others) { field, values, others in
      unsafe kernels.timestamps(field, values, others)
    }
  }

  /// The codes of texts that are an affix and up to eight digits; `table` has one more than the
  /// code of each place, and 0 where there is none: then the value is the place, and all ones where
  /// the text has another form. Nothing is looked up for rows in the run, whose codes are the
  /// table's.
  package func codes(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout, of affix: FieldAffix,
    in table: Span<UInt32>, _ codedRun: CodedRun, into values: inout [UInt32],
    _ others: inout [UInt32]
  ) {
    var affix = affix.compiled
    // SAFETY: the table is read below its count; the kernel writes a value and at most one row a
    // row, for which there is room.
    unsafe table.withUnsafeBufferPointer { table in
      var numbers = unsafe groove_csv_numbers(table, codedRun)
      unsafe run(bytes, marks, layout, &values, &others) { field, values, others in
        unsafe kernels.code_numbers(field, &affix, &numbers, values, others)
      }
    }
  }

  /// The codes of unquoted texts of up to 23 bytes by a hash table of their keys, whose size is a
  /// power of two, and in which there is an empty slot.
  package func codes(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout, quote: UInt8?,
    in slots: Span<SIMD4<UInt64>>, into values: inout [UInt32], _ others: inout [UInt32]
  ) {
    precondition(slots.count > 0 && slots.count & (slots.count - 1) == 0, "a table has a mask")
    let quote = quote.map { Int32($0) } ?? -1
    // SAFETY: a slot is four words, as the kernel has it, and is read below the count; the kernel
    // writes a value and at most one row a row, for which there is room.
    unsafe slots.withUnsafeBytes { slots in
      let mask = slots.count / 32 - 1
      unsafe run(bytes, marks, layout, &values, &others) { field, values, others in
        guard let start = unsafe slots.baseAddress?.assumingMemoryBound(to: groove_csv_key.self)
        else { preconditionFailure("a table has slots") }
        return unsafe kernels.code_texts(field, start, mask, quote, values, others)
      }
    }
  }

  /// The numbers of texts that are an affix and `digits` to sixteen digits, less `base`, modulo
  /// 2^32; widens the range by them.
  package func numbers(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout, of affix: FieldAffix,
    digits: Int, base: Int64, range: inout ClosedRange<Int64>?, into values: inout [UInt32],
    _ others: inout [UInt32]
  ) {
    var numbering = groove_csv_numbering(affix.compiled, digits: digits, base: base, range)
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(bytes, marks, layout, &values, &others) { field, values, others in
      unsafe kernels.number(field, &numbering, values, others)
    }
    range = numbering.range
  }

  /// Runs a kernel on the field and appends what it writes.
  @inline(__always)
  private func run<Value>(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, _ layout: FieldLayout, _ values: inout [Value],
    _ others: inout [UInt32],
    _ kernel: (
      UnsafePointer<groove_csv_field>, UnsafeMutablePointer<Value>, UnsafeMutablePointer<UInt32>
    ) -> Int
  ) {
    let rows = layout.rowCount
    if rows == 0 { return }
    precondition(bytes.count >= Self.padding, "there is padding behind the text")
    precondition(
      layout.field >= 0 && layout.stride >= 1
        && (rows - 1) * layout.stride + layout.field + 1 < marks.count,
      "each row has its marks")
    // SAFETY: all four buffers live through the call. The kernel reads the marks checked above, and
    // of the bytes only what is no more than the padding behind a start that has that much behind
    // it; it writes `rows` values and returns how many rows it has written, at most `rows`.
    unsafe append(rows, to: &values, &others) { values, others in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe marks.withUnsafeBufferPointer { marks in
          // SAFETY: as above.
          var field = unsafe groove_csv_field(
            bytes: bytes.baseAddress, marks: marks.baseAddress,
            limit: bytes.count - Self.padding, stride: layout.stride, field: layout.field,
            rows: rows, gap: layout.gap)
          return unsafe kernel(&field, values, others)
        }
      }
    }
  }
}

/// Appends `rows` values, all written by the kernel, and as many rows to `others` as it returns.
@inline(__always)
func append<Value>(
  _ rows: Int, to values: inout [Value], _ others: inout [UInt32],
  _ kernel: (UnsafeMutablePointer<Value>, UnsafeMutablePointer<UInt32>) -> Int
) {
  values.append(addingCapacity: rows) { output in
    others.append(addingCapacity: rows) { left in
      // SAFETY: both have room for `rows` more, and the kernel says how many others there are.
      unsafe output.withUnsafeMutableBufferPointer { output, outputCount in
        unsafe left.withUnsafeMutableBufferPointer { left, leftCount in
          guard let values = output.baseAddress, let others = left.baseAddress
          else { preconditionFailure("there is room for rows") }
          leftCount += unsafe kernel(values + outputCount, others + leftCount)
          outputCount += rows
        }
      }
    }
  }
}

extension groove_csv_numbering {
  /// Numbers of which those of a range have been met.
  init(
    _ affix: groove_csv_affix = groove_csv_affix(), digits: Int = 0, base: Int64,
    _ range: ClosedRange<Int64>?
  ) {
    self.init(
      affix: affix, digits: digits, base: UInt64(bitPattern: base),
      least: range?.lowerBound ?? .max, most: range?.upperBound ?? 0)
  }

  var range: ClosedRange<Int64>? { least <= most ? least...most : nil }
}

extension groove_csv_numbers {
  /// SAFETY: it is used only while the table's buffer lives.
  @unsafe init(_ table: UnsafeBufferPointer<UInt32>, _ codedRun: CodedRun) {
    guard let start = table.baseAddress else { preconditionFailure("a table has places") }
    unsafe self.init(
      codes: start, size: table.count, run_first: codedRun.first, run_count: codedRun.count,
      run_code: codedRun.code)
  }
}
