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
    // All months are of 2024, by a table that only has those.
    var months = [UInt64](repeating: 0, count: 4096)
    for month in 1...12 { months[124 * 16 + month] = 30 << 32 | UInt64(month * 100) }
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
    kernels.timestamps(
      bytes.span, marks.span, layout, months: months.span, into: &values, &others)
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
        } && parts[0] == 2024 && (1...12).contains(parts[1]) && (1...30).contains(parts[2])
        && parts[3] < 24 && parts[4] < 60 && parts[5] < 60
      #expect(left.contains(UInt32(row)) != isRight, "\(field)")
      if isRight {
        let days = parts[1] * 100 + parts[2] - 1
        let seconds = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
        #expect(values[row] == Int64(seconds) * 1_000_000, "\(field)")
      }
    }
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
    kernels.codes(
      bytes.span, marks.span, layout, of: affix, in: numbers.span, into: &codes, &others)
    #expect(others == Array(0..<UInt32(fields.count - 1)))
    #expect(codes[fields.count - 1] == 4)
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
