import Bytes
import Columns
import TestSupport
import Testing

@testable import ColumnFile

@Suite struct `A map of what follows` {
  /// The rows that differ from what the frozen keys say, found one by one.
  private func check(_ keys: [Int64], _ values: [Int64], learning first: Int) {
    var map = FollowMap(firstKey: keys.prefix(first).min() ?? 0)
    map.learn(Array(keys.prefix(first)), Array(values.prefix(first)), keyLimit: 1 << 20)
    map.freeze()
    let frozen = map.frozenValues()
    var known: [Int64: Int64] = [:]
    for (place, value) in zip(frozen.places, frozen.values) { known[map.firstKey + place] = value }
    let others = keys.indices.filter { known[keys[$0]] != values[$0] }
    let exceptions = map.exceptions(keys, values)
    #expect(exceptions.places == others.map { Int64($0) })
    #expect(exceptions.values == others.map { values[$0] })
    #expect(exceptions.valueCount == values.count)
  }

  @Test func `leaves exactly the rows that do not`() {
    var random = Seeded(17)
    for range in [Int64(10), 1 << 20, Int64(UInt32.max) - 1, Int64(UInt32.max), 1 << 40, .max] {
      for _ in 0..<20 {
        let base = Int64.random(in: -1000...1000, using: &random)
        let usual = (0..<50).map { _ in
          Int64.random(in: base...max(base, base &+ range), using: &random)
        }
        let keys = (0..<2000).map { _ in Int64.random(in: 100..<150, using: &random) }
        let values = keys.map { key in
          Int.random(in: 0..<4, using: &random) == 0
            ? Int64.random(in: .min ... .max, using: &random) : usual[Int(key - 100)]
        }
        check(keys, values, learning: 1000)
      }
    }
    check([], [], learning: 0)
  }

  /// A key without a value has the mark for none, which no value of a row may be taken for.
  @Test func `takes no value for the mark of none`() {
    let far = Int64(UInt32.max)
    for base in [Int64(0), -5, 1 << 50, .min] {
      check(
        [1, 1, 3, 3, 2, 2, 9, 0],
        [base, base, base + 7, base + 7] + [far, far + 1, far, far].map { base + $0 },
        learning: 4)
    }
  }

  /// Keys that are frozen later, with values near and far, mean the same as if frozen at once.
  @Test func `grows by what it learns later`() {
    var random = Seeded(19)
    let ranges = [(100, 100), (100, 1 << 40), (1 << 30, 1 << 33), (1 << 60, 1)] as [(Int64, Int64)]
    for (early, late) in ranges {
      let usual = (0..<3000).map { key in
        let range = key < 1200 ? early : late
        return Int64.random(in: -range...range, using: &random)
      }
      var map = FollowMap(firstKey: 0)
      var known: [Int64: Int64] = [:]
      for window in 1...6 {
        let keys = (0..<1500).map { _ in
          Int64.random(in: 0..<Int64(500 * window), using: &random)
        }
        let values = keys.map { usual[Int($0)] }
        map.learn(keys, values, keyLimit: 1 << 20)
        if window == 1 { map.freeze() } else { map.freeze(keys) }
        for key in Set(keys) where keys.count(where: { $0 == key }) >= 2 {
          known[key] = usual[Int(key)]
        }
        let exceptions = map.exceptions(keys, values)
        for place in exceptions.places { #expect(known[keys[Int(place)]] == nil) }
        let frozen = map.frozenValues()
        let learned = Dictionary(uniqueKeysWithValues: zip(frozen.places, frozen.values))
        for (key, value) in known { #expect(learned[key] == value) }
      }
    }
  }

  @Test func `counts no more votes than it has room for`() {
    for far in [Int64(3), 1 << 50] {
      var map = FollowMap(firstKey: 7)
      let values = Array(repeating: Int64(5), count: 100_000) + [far, far]
      map.learn(Array(repeating: 7, count: values.count), values, keyLimit: 10)
      map.freeze()
      #expect(map.frozenValues().values == [5])
    }
  }

  @Test(arguments: CPU.available)
  func `differs for the same rows on every processor`(level: CPU.Level) throws {
    var random = Seeded(23)
    for base in [Int64(0), .min, .max - 50, -3] {
      var table = try #require(
        FollowTable(firstKey: -7, keyCount: 30, least: base, greatest: base &+ 40))
      var known: [Int64: Int64] = [:]
      for place in stride(from: 0, to: 30, by: 2) {
        let value = base &+ Int64.random(in: 0...40, using: &random)
        let isSet = table.set(place, value)
        #expect(isSet)
        known[Int64(place) - 7] = value
      }
      for count in [0, 1, 7, 8, 9, 64, 1003] {
        let keys = (0..<count).map { _ in
          let near = Int64.random(in: -9..<25, using: &random)
          return [near, .min, .max, -1].randomElement(using: &random) ?? near
        }
        let values = keys.map { key in
          Bool.random(using: &random)
            ? known[key] ?? base : base &+ Int64.random(in: -1...41, using: &random)
        }
        let others = keys.indices.filter { known[keys[$0]] != values[$0] }
        let found = table.exceptions(keys.span, values.span, level: level)
        #expect(found.places == others.map { Int64($0) })
        #expect(found.values == others.map { values[$0] })
      }
    }
  }

  /// A song decides the first column in most rows and the second in a few more than half.
  private func followed(rows: Int, seed: UInt64) -> ColumnBatch {
    var random = Seeded(seed)
    let songs = (0..<rows).map { _ in UInt32.random(in: 0..<300, using: &random) }
    func following(_ share: Double) -> [Int64] {
      songs.map { song in
        Double.random(in: 0..<1, using: &random) < share
          ? Int64(song) * 977 % 5000 : Int64.random(in: 0..<5000, using: &random)
      }
    }
    let genres = following(0.99).map { UInt32($0 / 100) }
    let fields = [
      Field("song", .text), Field("genre", .text), Field("length", .bigint), Field("n", .bigint),
    ]
    // No numbers: those would be written as such.
    func dictionary(_ prefix: String, _ count: Int) -> TextDictionary {
      let letters = Array("klmnopqrst")
      return TextDictionary(
        TextVector(
          (0..<count).map { code in
            prefix + String("\(1000 + code * 7)".map { letters[$0.wholeNumberValue ?? 0] })
          }))
    }
    let columns = [
      Column(.text, .codes(songs, dictionary("song", 300))),
      Column(.text, .codes(genres, dictionary("genre", 50))),
      Column(.bigint, .integers(following(0.7))),
      Column(.bigint, .integers((0..<Int64(rows)).map { $0 &* $0 })),
    ]
    return ColumnBatch(Schema(fields), columns, rowCount: rows)
  }

  @Test func `is read at some rows for less than all`() throws {
    let batch = followed(rows: 5000, seed: 29)
    let file = try ColumnFile(MemorySource(try Sample.write([batch]), name: "followed"))
    var random = Seeded(31)
    var rows: [[UInt32]] = [[], [0], [4999], Array(0..<5000)]
    for _ in 0..<20 {
      rows.append((0..<5000).filter { _ in Int.random(in: 0..<40, using: &random) == 0 })
    }
    for some in rows {
      for column in 1...2 {
        let few = try file.read(column: column, block: 0, at: some, FollowKeys())
        let values = try #require(few)
        #expect(values.count == some.count)
        for (index, row) in some.enumerated() {
          #expect(values.value(at: index) == batch.columns[column].value(at: Int(row)))
        }
      }
      // These have to be decoded as a whole.
      #expect(try file.read(column: 0, block: 0, at: some, FollowKeys()) == nil)
      #expect(try file.read(column: 3, block: 0, at: some, FollowKeys()) == nil)
    }
    #expect(try file.read(column: 1, block: 0, at: [7, 3], FollowKeys()) == nil)
  }

  /// Whichever of them is read first, the codes that others follow are those of the column.
  @Test func `shares the codes of what it follows`() throws {
    let batch = followed(rows: 3000, seed: 37)
    let file = try ColumnFile(MemorySource(try Sample.write([batch]), name: "followed"))
    for order in [[0, 1, 2], [2, 0, 1], [1, 0, 0]] {
      let keys = FollowKeys()
      for column in order {
        let read = try file.read(column: column, block: 0, keys)
        #expect(Sample.cells(read) == Sample.cells(batch.columns[column]))
      }
      let read = try file.read(columns: order, block: 0)
      for (column, own) in zip(read.columns, order) {
        #expect(Sample.cells(column) == Sample.cells(batch.columns[own]))
      }
    }
  }

  @Test(arguments: [[5, 3], [4, 4], [-1, 2], [3, 100]] as [[Int64]])
  func `has its exceptions in their order, in all rows and in some`(places: [Int64]) throws {
    var writer = ByteWriter()
    FollowExceptions(places: places, values: [7, 8], valueCount: 100).write(to: &writer)
    let bytes = writer.bytes
    #expect(throws: Damage.self) {
      var reader = ByteReader(bytes)
      var values = [Int64](repeating: 0, count: 100)
      try FollowExceptions.apply(&reader, to: &values)
    }
    #expect(throws: Damage.self) {
      var reader = ByteReader(bytes)
      var values: [Int64] = [0, 0]
      try FollowExceptions.apply(&reader, to: &values, at: [2, 90], of: 100)
    }
  }
}
