import CKernels

// The digits of several fields of a row at once, by the compiled kernel.
//
// A plan tells which eight bytes of a row, counted from where its fields begin and end, make up
// each of eight lanes; the kernel takes the bytes of all lanes with one permutation, and their
// digits become eight numbers together. What has another form than the plan's is told byte by
// byte, so that each column knows its own rows that were not taken.

/// Which fields of a row are taken, and in which form: up to eight lanes of eight digits.
package struct LanePlan: Sendable {
  /// The fields that one plan can reach, the first included.
  package static let reach = 15
  private let firstField: Int
  private let gap: UInt32
  private(set) var compiled = groove_csv_lanes()

  /// A field that a plan has.
  package struct Column: Sendable {
    fileprivate var lane: groove_csv_lane
  }

  /// Fields from `firstField` on; each begins `gap` behind its mark.
  package init(firstField: Int, gap: UInt32) {
    precondition(gap <= 4, "a delimiter has at most four bytes")
    self.firstField = firstField
    self.gap = gap
    // SAFETY: the plan is its own.
    unsafe groove_csv_lanes_clear(&compiled, gap)
  }

  /// Adds integers of up to eight or sixteen digits; nil where there is no room for them, or the
  /// field is out of reach.
  package mutating func addIntegers(field: Int, digits: Int) -> Column? {
    addDigits(field, FieldAffix(), least: 1, digits: digits, takesZeros: true)
  }

  /// As above, texts of an affix and from `least` to eight or sixteen digits. More than `least` of
  /// them begin with no zero, unless all of them may.
  package mutating func addNumbers(
    field: Int, of affix: FieldAffix, least: Int, digits: Int, takesZeros: Bool
  ) -> Column? {
    addDigits(field, affix, least: least, digits: digits, takesZeros: takesZeros)
  }

  private mutating func addDigits(
    _ field: Int, _ affix: FieldAffix, least: Int, digits: Int, takesZeros: Bool
  ) -> Column? {
    precondition(least >= 1 && max(least, digits) <= 16, "two lanes have sixteen digits")
    var affix = affix.compiled
    let lanes: Int32 = max(least, digits) > 8 ? 2 : 1
    return mark(of: field).flatMap { mark in
      // SAFETY: the plan is its own, and the affix is read.
      Self.column(
        unsafe groove_csv_lanes_add_digits(
          &compiled, mark, &affix, least, takesZeros ? 1 : 0, lanes))
    }
  }

  /// As above, times `YYYY-MM-DD HH:MM:SS` with the byte `between` for the space, and a `Z` behind
  /// them or none.
  package mutating func addTimestamps(field: Int, between: UInt8, hasZone: Bool) -> Column? {
    mark(of: field).flatMap { mark in
      // SAFETY: the plan is its own.
      Self.column(
        unsafe groove_csv_lanes_add_timestamp(&compiled, mark, between, hasZone ? 1 : 0))
    }
  }

  private func mark(of field: Int) -> Int32? {
    field >= firstField && field - firstField < Self.reach ? Int32(field - firstField) : nil
  }

  private static func column(_ lane: groove_csv_lane) -> Column? {
    lane.lane < 0 ? nil : Column(lane: lane)
  }

  /// The field's layout as the plan's fields are counted, checked against the marks that are read.
  fileprivate func layout(_ stride: Int, rowCount: Int, markCount: Int) -> FieldLayout {
    let last = 31 - compiled.marks.leadingZeroBitCount
    precondition(
      firstField >= 0 && stride >= 1 && rowCount >= 1
        && (rowCount - 1) * stride + firstField + last < markCount, "each row has its marks")
    return FieldLayout(stride: stride, field: firstField, gap: gap, rowCount: rowCount)
  }
}

/// The numbers of some rows by a plan.
package struct FieldLanes: Sendable {
  private var numbers: [UInt32] = []
  /// The bytes of each row that have another form.
  private var wrong: [UInt64] = []
  private var wrongInAny: UInt64 = 0

  private let kernels: groove_csv_lane_kernels

  /// nil where the processor has no such kernels.
  package init?(_ level: CPU.Level) {
    #if arch(x86_64)
      guard level == .avx512 else { return nil }
      kernels = groove_csv_lane_kernels_avx512
    #else
      return nil
    #endif
  }

  /// Takes some rows instead of those before.
  package mutating func take(
    _ bytes: Span<UInt8>, _ marks: Span<UInt32>, stride: Int, rowCount: Int, _ plan: LanePlan
  ) {
    numbers.removeAll(keepingCapacity: true)
    wrong.removeAll(keepingCapacity: true)
    wrongInAny = 0
    if rowCount == 0 { return }
    precondition(bytes.count >= FieldKernels.padding, "there is padding behind the text")
    let layout = plan.layout(stride, rowCount: rowCount, markCount: marks.count)
    var compiled = plan.compiled
    // Taken out, so that nothing is copied.
    var (numbers, wrong): ([UInt32], [UInt64]) = ([], [])
    swap(&numbers, &self.numbers)
    swap(&wrong, &self.wrong)
    var any: UInt64 = 0
    numbers.append(addingCapacity: 8 * rowCount) { numbers in
      wrong.append(addingCapacity: rowCount) { wrong in
        // SAFETY: the kernel reads the marks that were checked and no byte from the limit on; it
        // writes eight numbers and one word a row, for which there is room.
        unsafe numbers.withUnsafeMutableBufferPointer { numbers, numberCount in
          unsafe wrong.withUnsafeMutableBufferPointer { wrong, wrongCount in
            unsafe bytes.withUnsafeBufferPointer { bytes in
              unsafe marks.withUnsafeBufferPointer { marks in
                // SAFETY: as above.
                var field = unsafe groove_csv_field(
                  bytes: bytes.baseAddress, marks: marks.baseAddress,
                  limit: bytes.count - FieldKernels.padding, stride: layout.stride,
                  field: layout.field, rows: rowCount, gap: layout.gap)
                any = unsafe kernels.take(
                  &compiled, &field, numbers.baseAddress, wrong.baseAddress)
              }
            }
            numberCount = 8 * rowCount
            wrongCount = rowCount
          }
        }
      }
    }
    wrongInAny = any
    swap(&numbers, &self.numbers)
    swap(&wrong, &self.wrong)
  }

  /// How many rows have another form in a column.
  package func wrongCount(of column: LanePlan.Column) -> Int {
    let bytes = column.lane.bytes
    return wrongInAny & bytes == 0 ? 0 : wrong.reduce(0) { $0 + ($1 & bytes == 0 ? 0 : 1) }
  }

  /// How many rows are out of reach.
  package var farCount: Int {
    wrongInAny == ~0 ? wrong.reduce(0) { $0 + ($1 == ~0 ? 1 : 0) } : 0
  }

  /// Appends the column's integers; see `FieldKernels.integers`.
  package func integers(
    _ column: LanePlan.Column, into values: inout [Int64], _ others: inout [UInt32]
  ) {
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(column, &values, &others) { taken, lane, values, others in
      unsafe kernels.integers(taken, lane, values, others)
    }
  }

  /// See `FieldKernels.timestamps`.
  package func timestamps(
    _ column: LanePlan.Column, into values: inout [Int64], _ others: inout [UInt32]
  ) {
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(column, &values, &others) { taken, lane, values, others in
      unsafe kernels.timestamps(taken, lane, values, others)
    }
  }

  /// See `FieldKernels.numbers`.
  package func numbers(
    _ column: LanePlan.Column, base: Int64, range: inout ClosedRange<Int64>?,
    into values: inout [UInt32], _ others: inout [UInt32]
  ) {
    var numbering = groove_csv_numbering(base: base, range)
    // SAFETY: the kernel writes a value and at most one row a row, for which there is room.
    unsafe run(column, &values, &others) { taken, lane, values, others in
      unsafe kernels.numbers(taken, lane, &numbering, values, others)
    }
    range = numbering.range
  }

  /// See `FieldKernels.codes`; the marks are those of the rows that were taken.
  package func codes(
    _ column: LanePlan.Column, _ marks: Span<UInt32>, _ layout: FieldLayout,
    of affix: FieldAffix, in table: Span<UInt32>, _ codedRun: CodedRun,
    into values: inout [UInt32], _ others: inout [UInt32]
  ) {
    if wrong.isEmpty { return }
    precondition(
      layout.rowCount == wrong.count && layout.field >= 0
        && (wrong.count - 1) * layout.stride + layout.field + 1 < marks.count,
      "each row has its marks")
    var affix = affix.compiled
    // SAFETY: the table is read below its count, and the marks as checked; the kernel writes a
    // value and at most one row a row, for which there is room.
    unsafe table.withUnsafeBufferPointer { table in
      unsafe marks.withUnsafeBufferPointer { marks in
        var table = unsafe groove_csv_numbers(table, codedRun)
        var field = unsafe groove_csv_field(
          bytes: nil, marks: marks.baseAddress, limit: 0, stride: layout.stride,
          field: layout.field, rows: wrong.count, gap: layout.gap)
        unsafe run(column, &values, &others) { taken, lane, values, others in
          unsafe kernels.codes(
            taken, lane, &field, &affix, &table, values, others)
        }
      }
    }
  }

  /// Runs a kernel on the column and appends what it writes.
  @inline(__always)
  private func run<Value>(
    _ column: LanePlan.Column, _ values: inout [Value], _ others: inout [UInt32],
    _ kernel: (
      UnsafePointer<groove_csv_taken>, UnsafePointer<groove_csv_lane>,
      UnsafeMutablePointer<Value>, UnsafeMutablePointer<UInt32>
    ) -> Int
  ) {
    let rows = wrong.count
    if rows == 0 { return }
    var lane = column.lane
    // SAFETY: the buffers live through the call, which reads eight numbers and a word a row; the
    // lanes of a column are among the eight.
    unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe wrong.withUnsafeBufferPointer { wrong in
        var taken = unsafe groove_csv_taken(
          numbers: numbers.baseAddress, wrong: wrong.baseAddress, rows: rows)
        unsafe append(rows, to: &values, &others) { values, others in
          unsafe kernel(&taken, &lane, values, others)
        }
      }
    }
  }
}
