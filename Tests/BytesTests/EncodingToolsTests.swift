import Bytes
import TestSupport
import Testing

@Suite struct `The checksum` {
  @Test func `is CRC-32C as the standard has it`() {
    #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    #expect(Checksum.crc32c([]) == 0)
    #expect(Checksum.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
  }

  @Test func `is the same at every CPU level, length and cut`() {
    var random = Seeded(1)
    let bytes = (0..<7000).map { _ in UInt8.random(in: 0...255, using: &random) }
    for length in Array(0..<70) + [1023, 3071, 3072, 3080, 6999] {
      let part = bytes[3..<min(3 + length, 7000)]
      let expected = Checksum.crc32c(part.span, level: .swift)
      for level in CPU.available {
        let checksum = Checksum.crc32c(part.span, level: level)
        #expect(checksum == expected)
      }
      let cut = part.count / 3
      let first = Checksum.crc32c(part.prefix(cut))
      let rest = part.dropFirst(cut)
      let joined = Checksum.crc32c(rest.span, after: first)
      #expect(joined == expected)
    }
  }
}

@Suite struct `Bit packing` {
  private static let counts = [0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 200, 1024, 1031]

  @Test(arguments: 0...64) func `comes back at every width, count and CPU level`(width: Int) {
    var random = Seeded(UInt64(width))
    let mask = width == 64 ? UInt64.max : (1 << UInt64(width)) - 1
    for count in Self.counts {
      let base = Int64.random(in: -1000...1000, using: &random)
      let values = (0..<count).map { _ in
        base &+ Int64(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random) & mask)
      }
      var packed: [UInt8] = [9, 9, 9]
      BitPacking.pack(values.span, base: base, width: width, into: &packed)
      let range = 3..<packed.count
      #expect(range.count == BitPacking.byteCount(count, width: width))
      for level in CPU.available {
        var again: [UInt8] = [9, 9, 9]
        BitPacking.pack(values.span, base: base, width: width, into: &again, level: level)
        #expect(again == packed)
        let read: [Int64] = BitPacking.unpack(
          packed, range, count: count, width: width, base: base, scale: 1, level: level)
        #expect(read == values, "\(level), \(count) values")
        guard width <= 32 else { continue }
        let narrow: [UInt32] = BitPacking.unpack(
          packed, range, count: count, width: width, base: UInt32(truncatingIfNeeded: base),
          level: level)
        #expect(narrow == values.map { UInt32(truncatingIfNeeded: $0) }, "\(level), \(count)")
      }
    }
  }

  @Test func `divides by a common scale and multiplies again`() {
    for scale: UInt64 in [1, 2, 3, 1000, 1_000_000, 86_400_000_000, 1 << 33] {
      let values = (0..<100).map { -7 + Int64($0 * 37 % 100) * Int64(scale) }
      for level in CPU.available {
        var packed: [UInt8] = []
        BitPacking.pack(values.span, base: -7, scale: scale, width: 7, into: &packed, level: level)
        for reader in CPU.available {
          let read: [Int64] = BitPacking.unpack(
            packed, 0..<packed.count, count: 100, width: 7, base: -7, scale: scale, level: reader)
          #expect(read == values)
        }
      }
    }
  }

  @Test func `knows the size of streams that do not fit in memory`() {
    #expect(BitPacking.byteCount(.max, width: 2) == nil)
    #expect(BitPacking.byteCount(9, width: 3) == 4)
  }
}

@Suite struct `Byte readers` {
  @Test func `take what writers put`() throws {
    var writer = ByteWriter()
    let numbers: [UInt64] = [0, 1, 127, 128, 300, 1 << 32, .max]
    for number in numbers { writer.varint(number) }
    for number: Int64 in [0, -1, 1, .min, .max] { writer.signed(number) }
    writer.u16(513)
    writer.u32(0x0102_0304)
    writer.u64(1 << 63)
    writer.text("Zoë")
    var reader = ByteReader(writer.bytes)
    for number in numbers { #expect(try reader.varint() == number) }
    for number: Int64 in [0, -1, 1, .min, .max] { #expect(try reader.signed() == number) }
    #expect(try reader.u16() == 513)
    #expect(try reader.u32() == 0x0102_0304)
    #expect(try reader.u64() == 1 << 63)
    #expect(try reader.text() == "Zoë")
    #expect(reader.isAtEnd)
  }

  @Test func `refuse what is cut off, too large or not in short form`() {
    #expect(throws: Damage.self) {
      var reader = ByteReader([0x80])
      _ = try reader.varint()
    }
    #expect(throws: Damage.self) {
      var reader = ByteReader([UInt8](repeating: 0xFF, count: 11))
      _ = try reader.varint()
    }
    #expect(throws: Damage.self) {
      var reader = ByteReader([0x80, 0])
      _ = try reader.varint()
    }
    #expect(throws: Damage.self) {
      var reader = ByteReader([3, 0xFF, 0xFE, 0xFD])
      _ = try reader.text()
    }
    #expect(throws: Damage.self) {
      var reader = ByteReader([200, 1])
      _ = try reader.count(atMost: 100)
    }
  }
}

@Suite struct `The zstd door` {
  @Test func `gives back what it took`() throws {
    for count in [0, 1, 1000, 300_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
      let frame = Zstd.compress(bytes, level: 1)
      #expect(frame == Zstd.compress(bytes, level: 1))
      #expect(try Zstd.decompress(frame, count: count) == bytes)
      #expect(throws: Damage.self) { try Zstd.decompress(frame, count: count + 1) }
      #expect(throws: Damage.self) { try Zstd.decompress(frame, count: .max) }
      #expect(throws: Damage.self) { try Zstd.decompress(Array(frame.dropLast()), count: count) }
    }
    #expect(throws: Damage.self) { try Zstd.decompress([1, 2, 3], count: 3) }
  }
}

@Suite struct `The extremes of integers` {
  @Test func `are the same at every CPU level and length`() {
    var random = Seeded(12)
    for count in Array(1...40) + [1023, 1024] {
      let range: ClosedRange<Int64> = count % 3 == 0 ? .min ... .max : -3...3
      let values = (0..<count).map { _ in Int64.random(in: range, using: &random) }
      let steps = zip(values, [5] + values).map { $0 &- $1 }
      for level in CPU.available {
        let extremes = Extremes(values.span, before: 5, level: level)
        #expect(extremes.least == values.min() && extremes.greatest == values.max())
        #expect(extremes.leastStep == steps.min() && extremes.greatestStep == steps.max())
        #expect(extremes.changes == steps.count { $0 != 0 })
      }
    }
  }

  @Test func `of codes are the same at every CPU level and length`() {
    var random = Seeded(13)
    for count in Array(0...70) + [1023, 1024] {
      let most: UInt32 = count % 3 == 0 ? .max : 1 << 20
      let codes = (0..<count).map { _ in UInt32.random(in: 0...most, using: &random) }
      let steps = zip(codes.dropFirst(), codes).map { $0 &- $1 }
      for level in CPU.available {
        let found = (greatest(codes.span, level: level), leastStep(codes.span, level: level))
        #expect(found == (codes.max(), steps.min() ?? .max))
      }
    }
  }

  @Test func `may lie within a range at every CPU level and length`() {
    var random = Seeded(14)
    let ranges: [ClosedRange<Int64>] = [
      -3...20, 0...0, Int64.min...Int64.min + 9, Int64.max - 9...Int64.max,
    ]
    for range in ranges {
      for count in Array(0...20) + [255, 256] {
        var values = (0..<count).map { _ in Int64.random(in: range, using: &random) }
        for level in CPU.available {
          let areIn = areWithin(range, values.span, level: level)
          #expect(areIn, "\(level), \(count) of \(range)")
        }
        let others: [Int64] = [
          range.lowerBound &- 1, range.upperBound &+ 1, range.lowerBound &+ .max, .min, .max,
        ]
        for other in others where !range.contains(other) && count > 0 {
          let place = Int.random(in: 0..<count, using: &random)
          let kept = values[place]
          values[place] = other
          for level in CPU.available {
            let areIn = areWithin(range, values.span, level: level)
            #expect(!areIn, "\(level), \(other) in \(range)")
          }
          values[place] = kept
        }
      }
    }
  }
}

@Suite struct `The rows selected` {
  private static let counts = [0, 1, 7, 8, 15, 16, 17, 64, 1000, 1031]

  @Test(arguments: [0.0, 0.01, 0.5, 1.0])
  func `by marks are the same at every CPU level`(share: Double) {
    var random = Seeded(UInt64(share * 100))
    for count in Self.counts {
      let marks = (0..<count).map { _ in Double.random(in: 0..<1, using: &random) < share }
      let expected = marks.indices.filter { marks[$0] }.map { UInt32($0) }
      for level in CPU.available {
        #expect(markedRows(marks, level: level) == expected, "\(level), \(count) rows")
      }
    }
  }

  @Test(arguments: [0, 3, 40, 100_000] as [UInt32])
  func `by a few codes are the same at every CPU level`(greatest: UInt32) {
    var random = Seeded(UInt64(greatest))
    for count in Self.counts {
      let codes = (0..<count).map { _ in UInt32.random(in: 0...greatest, using: &random) }
      for wanted: [UInt32] in [[], [0], [3, 1], [2, 39, 40, 7, 0], [UInt32.max]] {
        let expected = codes.indices.filter { wanted.contains(codes[$0]) }.map { UInt32($0) }
        for level in CPU.available {
          #expect(matchedRows(codes, wanted, level: level) == expected, "\(level), \(count) rows")
        }
      }
    }
  }
}

@Suite struct `Bits and hours` {
  private static func cleared(
    _ words: [UInt64], _ level: CPU.Level
  ) -> (bits: Int, rest: [UInt64]) {
    var words = words
    var span = words.mutableSpan
    let bits = clearBits(&span, level: level)
    return (bits, words)
  }

  @Test(arguments: CPU.available)
  func `are the same at every CPU level and length`(level: CPU.Level) {
    var random = Seeded(15)
    for count in Array(0...40) + [999, 1024] {
      let words = (0..<count).map { _ in UInt64.random(in: 0...(.max), using: &random) }
      let expected = words.reduce(0) { $0 + $1.nonzeroBitCount }
      let counted = countBits(words.span, level: level)
      let cleared = Self.cleared(words, level)
      #expect(counted == expected && cleared.bits == expected)
      #expect(cleared.rest == Array(repeating: 0, count: count))
      let midnight = Int64.random(in: -40_000...40_000, using: &random) * 86_400_000_000
      let ends: [Int64] = [0, 3_599_999_999, 3_600_000_000, 86_399_999_999]
      let times = (0..<count).map { _ in Int64.random(in: 0..<86_400_000_000, using: &random) }
      let moved = (ends + times).map { midnight + $0 }
      let found = hours(moved.span, from: midnight, level: level)
      #expect(found == (ends + times).map { $0 / 3_600_000_000 })
    }
  }
}
