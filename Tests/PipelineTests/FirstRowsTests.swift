import Bytes
import ColumnFile
import Columns
import TestSupport
import Testing

@testable import Pipeline

/// Which rows stay, against a set of the keys' cells.
@Suite struct `The first rows of equal keys` {
  /// Key columns of some shape, and where they are cut.
  private struct Shape {
    let name: String
    let parts: [RowKeys.Part]
    /// Makes the columns of `rows` rows.
    let columns: (_ rows: Int, _ random: inout Seeded) -> [Column]
  }

  private static let plain = RowKeys.Part(isShared: false, isNullable: false)
  private static let nullable = RowKeys.Part(isShared: false, isNullable: true)
  private static let shared = RowKeys.Part(isShared: true, isNullable: false)

  private static func numbered(_ numbers: [Int64], digits: Int = 8) -> Column {
    let affix = Affix(prefix: Array("P".utf8), suffix: [], digits: digits)
    let first = numbers.min() ?? 0
    let dictionary = TextDictionary(
      count: Int((numbers.max() ?? first) - first) + 1,
      numbering: TextNumbering(affix: affix, first: first))
    return Column(.text, .codes(numbers.map { UInt32($0 - first) }, dictionary))
  }

  private static let lakeCodes = TextDictionary(
    count: 1000, shared: SharedDictionary(name: "users", generation: 1, count: 1000)
  ) { TextVector((0..<1000).map { "u\($0)" }) }

  private static func some(_ range: ClosedRange<Int64>, _ rows: Int, _ random: inout Seeded)
    -> [Int64]
  {
    (0..<rows).map { _ in Int64.random(in: range, using: &random) }
  }

  private static func spelled(_ column: Column) -> Column {
    Column(.text, .texts(column.spelled), validity: column.validity)
  }

  private static func shapes() -> [Shape] {
    var next: Int64 = 0
    let day: Int64 = 1_719_273_600_000_000
    return [
      Shape(name: "ascending numbers", parts: [plain]) { rows, _ in
        next += Int64(rows)
        return [numbered((0..<rows).map { next + Int64($0) })]
      },
      Shape(name: "numbers close together", parts: [plain]) { rows, random in
        [numbered(some(0...2000, rows, &random))]
      },
      Shape(name: "numbers far apart", parts: [plain]) { rows, random in
        [numbered(some(0...40, rows, &random).map { $0 * 99_000_001 })]
      },
      Shape(name: "numbers, some of them texts", parts: [plain]) { rows, random in
        let column = numbered(some(0...900, rows, &random), digits: 1)
        return [rows % 2 == 0 ? spelled(column) : column]
      },
      Shape(name: "texts that look equal as numbers", parts: [plain]) { rows, random in
        [numbered(some(0...900, rows, &random), digits: rows % 2 == 0 ? 1 : 3)]
      },
      Shape(name: "texts", parts: [plain]) { rows, random in
        let lengths = some(0...40, rows, &random)
        return [
          Column(
            .text, .texts(TextVector(lengths.map { String(repeating: "é7", count: Int($0)) })))
        ]
      },
      Shape(name: "nullable integers of any size", parts: [nullable]) { rows, random in
        let values = some(0...600, rows, &random).map { $0 < 3 ? Int64.min + $0 : .max - $0 }
        let valid = Bitmap(some(0...9, rows, &random).map { $0 > 0 })
        return [Column(.bigint, .integers(values), validity: valid)]
      },
      Shape(name: "user, number and second", parts: [shared, plain, plain]) { rows, random in
        let codes = some(0...9, rows, &random).map { UInt32($0 * 100) }
        return [
          Column(.text, .codes(codes, lakeCodes)),
          Column(.bigint, .integers(some(-5...5, rows, &random))),
          Column(
            .timestamp, .integers(some(0...3, rows, &random).map { day + $0 * 1_000_000 })),
        ]
      },
      Shape(name: "date, flag and microsecond", parts: [nullable, plain, plain]) { rows, random in
        let valid = Bitmap(some(0...5, rows, &random).map { $0 > 0 })
        return [
          Column(
            .date, .dates(some(-9...9, rows, &random).map { Int32($0) }), validity: valid),
          Column(.boolean, .booleans(some(0...1, rows, &random).map { $0 == 1 })),
          Column(.timestamp, .integers(some(0...7, rows, &random).map { day + $0 * 77_777 })),
        ]
      },
      Shape(name: "more than 64 bits", parts: [plain, plain, plain]) { rows, random in
        [
          Column(.bigint, .integers(some(-3...3, rows, &random).map { $0 << 60 })),
          Column(.bigint, .integers(some(-3...3, rows, &random).map { $0 << 60 })),
          Column(.double, .doubles(some(-3...3, rows, &random).map { Double($0) / 3 })),
        ]
      },
    ]
  }

  private static func cells(_ columns: [Column], _ row: Int) -> [String] {
    columns.map { column in
      column.isNull(row) ? "null" : "=" + (column.value(at: row).text ?? "")
    }
  }

  /// Blocks of rows that are there already, read back from a file with their zones.
  private static func blocks(_ columns: [Column]) throws -> [([Zone], [Column])] {
    let schema = Schema(
      columns.enumerated().map { Field("c\($0)", $1.type, isNullable: true) })
    var options = WriteOptions()
    options.blockRows = 50
    // A dictionary of the lake is bound again when it is read.
    var writer = try ColumnFileWriter(schema, options)
    try writer.append(ColumnBatch(schema, columns))
    let file = try ColumnFile(
      MemorySource(try writer.finish()),
      dictionaries: ["c0": DictionaryBinding(dictionary: lakeCodes, extensionCodes: [])])
    return try (0..<file.blockCount).map { block in
      let all = Array(columns.indices)
      return (
        all.map { file.zone(column: $0, block: block) },
        try file.read(columns: all, block: block).columns
      )
    }
  }

  @Test(arguments: 0..<12) func `are those that a set of all keys lets in`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    for shape in Self.shapes() {
      let hasOld = seed % 3 > 0
      let old = hasOld ? shape.columns(Int.random(in: 1...300, using: &random), &random) : nil
      let pieces = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        shape.columns(Int.random(in: 1...400, using: &random), &random)
      }
      var seen: Set<[String]> = []
      if let old { for row in 0..<old[0].count { seen.insert(Self.cells(old, row)) } }
      let expected = pieces.map { piece in
        (0..<piece[0].count).map { seen.insert(Self.cells(piece, $0)).inserted }
      }
      var first = FirstRows(pieces, shape.parts)
      for (zones, columns) in try old.map(Self.blocks) ?? [] where first.mayMeet(zones) {
        first.note(columns)
      }
      let chosen = first.chosen()
      for (index, flags) in chosen.enumerated() {
        let all = expected[index].allSatisfy { $0 }
        #expect((flags == nil) == all, "\(shape.name)")
        #expect(flags ?? expected[index] == expected[index], "\(shape.name)")
      }
    }
  }

  @Test func `need no block that cannot have one of them`() throws {
    let old = try Self.blocks([Self.numbered(Array(1000..<1500))])
    let first = FirstRows([[Self.numbered(Array(1210..<1260))]], [Self.plain])
    #expect(old.map { first.mayMeet($0.0) } == (0..<10).map { $0 == 4 || $0 == 5 })
    let longer = FirstRows([[Self.numbered(Array(1210..<1260) + [123_456_789])]], [Self.plain])
    #expect(old.allSatisfy { longer.mayMeet($0.0) })
  }

  @Test func `are found among many, in buckets, in 64 and in 128 bits`() {
    var random = Seeded(5)
    let keys = Self.some(0...150_000, 300_000, &random).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 }
    var seen: Set<UInt64> = []
    let old = keys[..<70_000].map { $0 &+ 1 } + keys[..<1000]
    let others = old.filter { seen.insert($0).inserted }
    let expected = keys.map { seen.insert($0).inserted }
    var narrow = KeySieve(keys)
    var wide = KeySieve(keys.map { UInt128($0) << 64 | 7 })
    for start in stride(from: 0, to: others.count, by: 9999) {
      let part = Array(others[start..<min(others.count, start + 9999)])
      narrow.note(part)
      wide.note(part.map { UInt128($0) << 64 | 7 })
    }
    #expect(narrow.firsts() == expected)
    #expect(wide.firsts() == expected)
    #expect(firstKeys([UInt64](repeating: 0, count: 40_000)).filter { $0 }.count == 1)
    #expect(firstKeys([UInt64]()).isEmpty)
  }
}

@Suite struct `Rows by date` {
  @Test(arguments: [1, 3, 400_000_000]) func `keep their order and lose none`(step: Int) {
    var random = Seeded(3)
    let schema = Schema([Field("day", .date), Field("row", .bigint)])
    for rows in [0, 1, 2, 100, 1000] {
      let days = (0..<rows).map { _ in Int32(Int.random(in: -3...3, using: &random) * step) }
      let kept = (0..<rows).map { _ in Int.random(in: 0...3, using: &random) > 0 }
      let batch = ColumnBatch(
        schema,
        [Column(.date, .dates(days)), Column(.bigint, .integers((0..<rows).map { Int64($0) }))])
      for isKept in [nil, kept] {
        var expected: [Int32: [Int64]] = [:]
        for row in 0..<rows where isKept?[row] ?? true {
          expected[days[row], default: []].append(Int64(row))
        }
        let parts = Scatter.parts(of: batch, days: days, isKept: isKept)
        #expect(parts.map(\.day) == expected.keys.sorted())
        for (day, part) in parts {
          guard case .integers(let values) = part.columns[1].values else { continue }
          #expect(values == expected[day])
        }
      }
    }
  }
}

@Suite struct `The numbers of keys` {
  /// Small keys, until a large one comes, and then all.
  @Test func `are those of a dictionary`() {
    var random = Seeded(41)
    for hasLarge in [false, true] {
      var numbers = KeyNumbers(expecting: 600)
      var known: [UInt128: UInt32] = [:]
      for round in 0..<6 {
        let keys = (0..<100).map { _ in
          let small = UInt128(Int.random(in: 0..<150, using: &random))
          return hasLarge && round > 2 && small % 5 == 0 ? small << 70 | 3 : small
        }
        let expected = keys.map { key in
          let number = known[key] ?? UInt32(known.count)
          known[key] = number
          return number
        }
        #expect(numbers.insert(keys) == expected)
        #expect(numbers.count == known.count)
        let asked = (0..<200).map { UInt128($0) } + [5 << 70 | 3, .max]
        #expect(numbers.find(asked) == asked.map { known[$0] ?? KeyNumbers.none })
      }
    }
  }
}
