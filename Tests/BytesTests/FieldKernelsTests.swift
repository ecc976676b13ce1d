import Bytes
import TestSupport
import Testing

/// That each kernel takes the forms it is for itself, and leaves all others: what reads CSV would
/// be right, and slow, if one left everything.
@Suite struct `Kernels of fields` {
  private static let levels = CPU.available.filter { $0 > .swift }

  /// Fields behind one another, their marks, and padding.
  private func lay(_ fields: [String]) -> (bytes: [UInt8], marks: [UInt32], layout: FieldLayout) {
    var bytes: [UInt8] = []
    var marks: [UInt32] = [.max]
    for field in fields {
      bytes += Array(field.utf8)
      marks.append(UInt32(bytes.count))
      bytes.append(0x2C)
    }
    bytes += [UInt8](repeating: 0x2C, count: FieldKernels.padding)
    return (bytes, marks, FieldLayout(stride: 1, field: 0, gap: 1, rowCount: fields.count))
  }

  @Test(arguments: levels)
  func `take integers of one to sixteen digits`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    var fields = (0..<19).map { String("1234567890123456789".prefix($0)) }
    fields += [
      "0", "007", "99999999", "9999999999999999", "-1", "+5", "1a", " 1", "1:", "12345678:",
    ]
    let (bytes, marks, layout) = lay(fields)
    var (values, others): ([Int64], [UInt32]) = ([], [])
    kernels.integers(bytes.span, marks.span, layout, into: &values, &others)
    for (row, field) in fields.enumerated() {
      let isCommon = (1...16).contains(field.utf8.count) && field.allSatisfy { "0"..."9" ~= $0 }
      #expect(others.contains(UInt32(row)) != isCommon, "\(field)")
      if isCommon { #expect(values[row] == Int64(field), "\(field)") }
    }
  }

  @Test(arguments: levels)
  func `take times with every right byte and no other`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    let right = Array("2024-06-25T17:43:59".utf8)
    var fields = ["2024-06-25T17:43:59", "2024-06-25 17:43:59Z", "2024-12-30T00:00:00"]
    for place in right.indices {
      for byte in UInt8(0x20)..<0x7F where byte != right[place] && byte != 0x2C {
        var field = right
        field[place] = byte
        fields.append(String(decoding: field, as: UTF8.self))
      }
    }
    let (bytes, marks, layout) = lay(fields)
    var (values, others): ([Int64], [UInt32]) = ([], [])
    kernels.timestamps(bytes.span, marks.span, layout, into: &values, &others)
    let left = Set(others)
    for (row, field) in fields.enumerated() {
      let parts = field.split { "-T: Z".contains($0) }.compactMap { Int($0) }
      let isRight =
        parts.count == 6 && (field.contains("T") || field.contains(" "))
        && field.filter { $0 == "-" }.count == 2
        && field.filter { $0 == ":" }.count == 2
        && right.indices.allSatisfy {
          (Array(field.utf8)[$0] < 0x30 || Array(field.utf8)[$0] > 0x39)
            == (right[$0] < 0x30 || right[$0] > 0x39)
        } && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
      let days = isRight ? Self.dayNumber(parts[0], parts[1], parts[2]) : nil
      #expect(left.contains(UInt32(row)) == (days == nil), "\(field)")
      if let days {
        let seconds = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
        #expect(values[row] == Int64(seconds) * 1_000_000, "\(field)")
      }
    }
  }

  /// Days from 1970-01-01 to a day of the years that the kernels know; nil where there is none. By
  /// the calendar as everybody learns it.
  private static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    func length(_ month: Int) -> Int {
      month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
    guard (1900...2155).contains(year), (1...12).contains(month), (1...length(month)).contains(day)
    else { return nil }
    let years = (1900..<year).reduce(0) { $0 + (isLeap($1) ? 366 : 365) }
    return (1..<month).reduce(years - 25_567) { $0 + length($1) } + day - 1
  }

  @Test(arguments: levels)
  func `know every day of 256 years, and that others are none`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    var fields: [String] = []
    var expected: [Int64?] = []
    func padded(_ number: Int, _ width: Int) -> String {
      String(String(10_000 + number).suffix(width))
    }
    for year in 1898...2157 {
      for month in 0...13 {
        for day in 0...32 {
          fields.append("\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2)) 00:00:01")
          let number = Self.dayNumber(year, month, day)
          expected.append(number.map { Int64($0 * 86_400 + 1) * 1_000_000 })
        }
      }
    }
    let (bytes, marks, layout) = lay(fields)
    var (values, others): ([Int64], [UInt32]) = ([], [])
    kernels.timestamps(bytes.span, marks.span, layout, into: &values, &others)
    #expect(others == expected.indices.filter { expected[$0] == nil }.map { UInt32($0) })
    let wrong = expected.indices.filter { expected[$0] != nil && expected[$0] != values[$0] }
    #expect(wrong.isEmpty, "\(wrong.prefix(3).map { (fields[$0], values[$0]) })")
  }

  @Test(arguments: levels)
  func `number texts of an affix`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    let affix = try #require(FieldAffix(Array("P".utf8)))
    let fields = [
      "P005", "P012", "P1234567890123456", "P12345678901234567", "Q005", "P05", "P0005", "P9999",
      "P", "", "P00x", "P123456789", "P012345678",
    ]
    let (bytes, marks, layout) = lay(fields)
    var (values, others): ([UInt32], [UInt32]) = ([], [])
    var range: ClosedRange<Int64>?
    kernels.numbers(
      bytes.span, marks.span, layout, of: affix, digits: 3, base: 7, range: &range, into: &values,
      &others)
    #expect(others == [3, 4, 5, 6, 8, 9, 10, 12])
    #expect(range == 5...1_234_567_890_123_456)
    #expect(values[0] == UInt32.max - 1 && values[1] == 5 && values[7] == 9992)
    #expect(values[2] == UInt32(truncatingIfNeeded: 1_234_567_890_123_456 - 7))
  }

  @Test(arguments: levels)
  func `find the codes of texts and numbers`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    let fields =
      (0...25).map { String("abcdefghijklmnopqrstuvwxyz".prefix($0)) } + ["\"q\"", "U12"]
    let (bytes, marks, layout) = lay(fields)
    // Slots far from one another, so that only the right hash finds a key.
    var slots = [SIMD4<UInt64>](repeating: .zero, count: 1 << 16)
    for length in 1...23 where length % 2 == 1 {
      var key = SIMD4<UInt64>(0, 0, UInt64(length) << 56, UInt64(length) + 100)
      for (index, byte) in fields[length].utf8.enumerated() {
        key[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8)
      }
      slots[Int(truncatingIfNeeded: hash(ofKey: key)) & (slots.count - 1)] = key
    }
    var (codes, others): ([UInt32], [UInt32]) = ([], [])
    kernels.codes(
      bytes.span, marks.span, layout, quote: 0x22, in: slots.span, into: &codes, &others)
    let found = (1...23).filter { $0 % 2 == 1 }
    #expect(others == (0..<UInt32(fields.count)).filter { !found.contains(Int($0)) })
    for length in found { #expect(codes[length] == UInt32(length) + 99) }

    var numbers = [UInt32](repeating: 0, count: 200)
    numbers[10 + 12] = 5
    let affix = try #require(FieldAffix(Array("U".utf8)))
    (codes, others) = ([], [])
    let ids = lay(fields + ["U9", "U999", "U12345678", "U123456789"])
    kernels.codes(
      ids.bytes.span, ids.marks.span, ids.layout, of: affix, in: numbers.span, CodedRun(),
      into: &codes, &others)
    #expect(others == (0..<UInt32(codes.count)).filter { $0 != fields.count - 1 })
    // What the table lacks comes as its place, and what is no number as all ones.
    #expect(codes[..<(fields.count - 1)].allSatisfy { $0 == .max })
    let expected: [UInt32] = [4, 9, 110 + 999, 11_111_110 + 12_345_678, .max]
    #expect(Array(codes[(fields.count - 1)...]) == expected)
  }

  /// Blocks that are all in the run, in part and not at all, one behind the other in any order.
  @Test(arguments: levels)
  func `find the codes of a run without the table`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    let affix = try #require(FieldAffix(Array("U".utf8)))
    var table = [UInt32](repeating: 0, count: 11_110)
    for number in 2000..<8000 { table[1110 + number] = UInt32(number) - 1000 + 1 }
    for number in 8000..<9000 { table[1110 + number] = UInt32(9000 - number) }
    let run = CodedRun(first: 3110, code: 1000, count: 6000)
    var random = Seeded(3)
    for rows in [1, 63, 64, 65, 128, 1000] {
      for _ in 0..<20 {
        var numbers: [Int] = []
        while numbers.count < rows {
          let range = [2000..<8000, 8000..<9000, 1000..<9999].randomElement(using: &random)!
          numbers += (0..<64).map { _ in Int.random(in: range, using: &random) }
        }
        numbers = Array(numbers.prefix(rows))
        let (bytes, marks, layout) = lay(numbers.map { "U\($0)" })
        var (codes, others): ([UInt32], [UInt32]) = ([], [])
        kernels.codes(
          bytes.span, marks.span, layout, of: affix, in: table.span, run, into: &codes, &others)
        let expected = numbers.map {
          table[1110 + $0] == 0 ? UInt32(1110 + $0) : table[1110 + $0] - 1
        }
        #expect(codes == expected)
        #expect(others == (0..<UInt32(rows)).filter { table[1110 + numbers[Int($0)]] == 0 })
      }
    }
  }

  @Test(arguments: levels)
  func `leave fields that begin in the last bytes`(level: CPU.Level) throws {
    let kernels = try #require(FieldKernels(level))
    for length in 1...40 {
      let bytes = [UInt8](repeating: 0x31, count: 32 + length)
      let marks: [UInt32] = [.max, UInt32(bytes.count)]
      var (values, others): ([Int64], [UInt32]) = ([], [])
      for start in 0..<bytes.count {
        let layout = FieldLayout(
          stride: 1, field: 0, gap: UInt32(truncatingIfNeeded: start + 1), rowCount: 1)
        kernels.integers(bytes.span, marks.span, layout, into: &values, &others)
      }
      let taken = values.count - others.count
      // A field of up to 16 bytes that ends with the memory begins in the padding.
      #expect(taken == 0)
    }
  }
}
