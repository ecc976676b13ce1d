import Columns
import Kernels
import TestSupport
import Testing

@Suite struct `A group table` {
  /// The group of each row by a dictionary of texts.
  private func naive(_ keys: [Column], _ rowCount: Int) -> [UInt32] {
    var known: [String: UInt32] = [:]
    return (0..<rowCount).map { row in
      let key = keys.map { groupText($0.value(at: row)) }.joined(separator: "|")
      let group = known[key] ?? UInt32(known.count)
      known[key] = group
      return group
    }
  }

  static let forms = [
    GroupOptions(),
    GroupOptions(denseCells: 12),
    GroupOptions(denseCells: 0),
    GroupOptions(denseCells: 0, allowsPacking: false),
  ]

  @Test(arguments: forms.indices)
  func `agrees with a dictionary of texts for every type, in every form`(form: Int) {
    for seed in 0..<150 as Range<UInt64> {
      var samples = Samples(seed)
      let count = Int.random(in: 0...60, using: &samples.random)
      let types = (0..<Int.random(in: 1...3, using: &samples.random)).map { _ in
        Samples.types[Int.random(in: 0..<Samples.types.count, using: &samples.random)]
      }
      let keys = types.map { samples.column($0, count: count, nulls: seed % 2 == 0) }
      let expected = naive(keys, count)
      var whole = GroupTable(types, options: Self.forms[form])
      #expect(whole.add(keys, rowCount: count).ids == expected, "seed \(seed) \(types)")
      #expect(whole.groupCount == Set(expected).count)
      #expect(whole.lookUp(keys, rowCount: count) == expected, "seed \(seed) \(types)")

      // Cut anywhere, added in order.
      var parts = GroupTable(types, options: Self.forms[form])
      var merged = GroupTable(types, options: Self.forms[form])
      var ids: [UInt32] = []
      var mergedIDs: [UInt32] = []
      for range in samples.cuts(of: count) {
        let part = keys.map { slice($0, range) }
        ids += parts.add(part, rowCount: range.count).ids
        var own = GroupTable(types, options: Self.forms[form])
        let local = own.add(part, rowCount: range.count).ids
        let groups = merged.merge(own)
        mergedIDs += local.map { groups[Int($0)] }
      }
      #expect(ids == expected, "seed \(seed) \(types)")
      #expect(mergedIDs == expected, "seed \(seed) \(types)")

      // The keys of each group are those of its first row.
      for table in [whole, parts, merged] {
        let columns = table.keyColumns()
        for (key, column) in columns.enumerated() {
          var seen = 0
          for row in 0..<count where Int(expected[row]) == seen {
            let cell = groupText(column.value(at: seen))
            #expect(cell == groupText(keys[key].value(at: row)), "seed \(seed) \(types)")
            seen += 1
          }
          #expect(seen == column.count)
        }
      }
    }
  }

  @Test func `says which form it used`() {
    let narrow = Column(.bigint, .integers([3, 4, 5]))
    let far = Column(.bigint, .integers([3, 1 << 50, 5]))
    let ends = Column(.bigint, .integers([.min, .max, 0]))
    var dense = GroupTable([.bigint])
    _ = dense.add([narrow], rowCount: 3)
    #expect(dense.statistics.denseBatches == 1)
    _ = dense.add([far], rowCount: 3)
    #expect(dense.statistics.packedBatches == 1)
    _ = dense.add([ends], rowCount: 3)
    #expect(dense.statistics.wideBatches == 1)
    #expect(dense.groupCount == 7)
  }

  @Test func `compares keys that depend on others, until they do not`() {
    let songs = (0..<1000).map { Int64($0 % 50) }
    let keys = [
      Column(.bigint, .integers(songs.map { $0 * 7 % 50 })),
      Column(.bigint, .integers(songs)),
      Column(.bigint, .integers(songs.map { $0 / 10 })),
    ]
    var table = GroupTable([.bigint, .bigint, .bigint], options: GroupOptions(denseCells: 100))
    #expect(table.add(keys, rowCount: 1000).ids == songs.map { UInt32($0) })
    #expect(table.statistics.anchoredBatches == 1)
    // Now every row has a title of its own: the chains of the songs get long.
    let own = [keys[0], keys[1], Column(.bigint, .integers((0..<1000).map { $0 }))]
    let groups = table.add(own, rowCount: 1000).ids
    #expect(table.statistics.anchoredBatches == 1)
    #expect(table.statistics.packedBatches == 1)
    #expect(Set(groups).count == 1000)
    #expect(table.lookUp(own, rowCount: 1000) == groups)
    #expect(table.lookUp(keys, rowCount: 1000) == songs.map { UInt32($0) })
    let indexes = table.statistics.indexesMade
    // The index that gave up is not tried again.
    _ = table.add(keys, rowCount: 1000)
    #expect(table.statistics.packedBatches == 2)
    #expect(table.statistics.indexesMade == indexes)
  }

  /// A cell has 32 bits for a group and what tells it apart, as long as they are enough.
  @Test func `compares keys that depend on others when there are a million`() {
    let step = 400_000
    var table = GroupTable([.bigint, .bigint], options: GroupOptions(denseCells: 1 << 21))
    for round in 0..<3 as Range<Int> {
      let ids = Array(UInt32(round * step)..<UInt32((round + 1) * step))
      let keys = [
        Column(.bigint, .integers(ids.map { Int64($0) })),
        Column(.bigint, .integers(ids.map { Int64($0 % 3000) })),
      ]
      #expect(table.add(keys, rowCount: step).ids == ids)
      #expect(table.add(keys, rowCount: step).ids == ids)
      #expect(table.lookUp(keys, rowCount: step) == ids)
    }
    #expect(table.statistics.anchoredBatches > 4)
    // The first song with another genre is another group, behind all others.
    let other = [Column(.bigint, .integers([0, 0])), Column(.bigint, .integers([1, 0]))]
    #expect(table.add(other, rowCount: 2).ids == [UInt32(3 * step), 0])
  }

  @Test func `notices values far outside of those before`() {
    for far in [Int64.min, .min + 3, -1, 100, .max - 3, .max] {
      var table = GroupTable([.bigint, .bigint])
      let near = Column(.bigint, .integers((0..<100).map { $0 }))
      let second = Column(.bigint, .integers((0..<100).map { $0 % 7 }))
      _ = table.add([near, second], rowCount: 100)
      let mixed = Column(.bigint, .integers([5, far, 7]))
      let fives = Column(.bigint, .integers([5, 5, 0]))
      #expect(table.add([mixed, fives], rowCount: 3).ids == [5, 100, 7])
      #expect(table.keyColumns()[0].value(at: 100) == .bigint(far))
    }
  }

  @Test func `takes the codes of one shared dictionary as they are, and no others`() {
    func dictionary(_ texts: [String], shared count: Int, _ name: String) -> TextDictionary {
      TextDictionary(
        TextVector(texts), shared: SharedDictionary(name: name, generation: count, count: count))
    }
    let older = dictionary(["a", "b", "x"], shared: 2, "songs")
    let newer = dictionary(["a", "b", "c", "x"], shared: 3, "songs")
    let other = dictionary(["b", "a", "c", "x"], shared: 4, "users")
    for second in [newer, other] {
      for prepares in [false, true] {
        var table = GroupTable([.text])
        let keys = [Column(.text, .codes([0, 1, 2], older))]
        #expect(table.add(keys, rowCount: 3).ids == [0, 1, 2])
        if prepares { table.prepareLookUp() }
        let probes = [Column(.text, .codes([0, 1, 2, 3], second))]
        let expected: [UInt32] = second === newer ? [0, 1, .max, 2] : [1, 0, .max, 2]
        #expect(table.lookUp(probes, rowCount: 4) == expected)
        let few = [Column(.text, .codes([1, 0], second))]
        #expect(table.lookUp(few, rowCount: 2) == [expected[1], expected[0]])
        #expect(table.add(probes, rowCount: 4).ids == expected.map { $0 == .max ? 3 : $0 })
      }
    }
  }

  @Test func `knows the codes of many small dictionaries again`() {
    var random = Seeded(3)
    let dictionaries = (0..<6).map { _ in
      TextDictionary(TextVector((0..<40).shuffled(using: &random).map { "genre \($0)" }))
    }
    for newest in [3, 39] {
      var table = GroupTable([.text])
      var keys: [Column] = []
      var ids: [UInt32] = []
      for batch in 0..<60 {
        // Few codes at first, so that batches with an unknown one come again and again.
        let most = UInt32(min(newest, 1 + batch))
        let codes = (0..<200).map { _ in UInt32.random(in: 0...most, using: &random) }
        let dictionary = dictionaries[batch / 3 % dictionaries.count]
        keys.append(Column(.text, .codes(codes, dictionary)))
        ids += table.add([keys[batch]], rowCount: 200).ids
        #expect(table.statistics.denseBatches == batch + 1)
      }
      #expect(ids == naive([concatenate(keys, type: .text)], ids.count))
    }
  }

  @Test func `counts rows without the group of each, once it knows their codes`() throws {
    var samples = Samples(7)
    let dictionary = TextDictionary(TextVector((0..<20).map { "text \($0)" }))
    var (counting, adding) = (GroupTable([.text]), GroupTable([.text]))
    var (counted, added) = (RowCounts(), RowCounts())
    var shortcuts = 0
    for batch in 0..<40 {
      // More and more texts are met.
      let codes = (0..<200).map { _ in
        UInt32.random(in: 0..<UInt32(min(20, 1 + 5 * batch)), using: &samples.random)
      }
      let column = Column(.text, .codes(codes, dictionary))
      let groups = adding.add([column], rowCount: 200)
      added.grow(to: adding.groupCount)
      added.add(groups)
      if let groups = counting.count([column], rowCount: 200) {
        counted.grow(to: counting.groupCount)
        counted.add(groups)
      } else {
        shortcuts += 1
      }
    }
    #expect(counting.keyColumns()[0].texts == adding.keyColumns()[0].texts)
    counted.add(counting.takeCounts())
    #expect(counted.all == added.all)
    #expect(shortcuts == 35)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `counts rows by cell as by group`(seed: UInt64) throws {
    var samples = Samples(seed)
    let types = (0...Int.random(in: 0...2, using: &samples.random)).map { _ in
      Samples.types.randomElement(using: &samples.random) ?? .bigint
    }
    let options = GroupOptions(
      fewestTallied: seed % 3 == 0 ? 40 : 1, mostTallied: seed % 4 == 0 ? 100 : .max)
    var (counting, adding) = (GroupTable(types, options: options), GroupTable(types))
    var (counted, added) = (RowCounts(), RowCounts())
    for _ in 0..<12 {
      let rowCount = Int.random(in: 1...90, using: &samples.random)
      let keys = types.map { samples.column($0, count: rowCount, nulls: seed % 2 == 0) }
      let groups = adding.add(keys, rowCount: rowCount)
      added.grow(to: adding.groupCount)
      added.add(groups)
      // Now and then somebody asks for the groups in between.
      let asks = Int.random(in: 0..<4, using: &samples.random) == 0
      let own =
        asks
        ? counting.add(keys, rowCount: rowCount) : counting.count(keys, rowCount: rowCount)
      #expect(counting.firstRows == adding.firstRows)
      if asks { #expect(own?.ids == groups.ids) }
      if let own {
        counted.grow(to: counting.groupCount)
        counted.add(own)
      }
      if seed % 5 == 0 { counted.add(counting.takeCounts()) }
    }
    counted.add(counting.takeCounts())
    #expect(counted.all == added.all)
    for (one, other) in zip(counting.keyColumns(), adding.keyColumns()) {
      #expect(one.texts == other.texts)
    }
  }

  @Test func `finds nothing for keys it does not have`() {
    var table = GroupTable([.text, .bigint])
    let dictionary = TextDictionary(TextVector(["a", "b"]))
    let keys = [Column(.text, .codes([0, 1], dictionary)), Column(.bigint, .integers([1, 2]))]
    _ = table.add(keys, rowCount: 2)
    let probes = [
      Column(.text, .texts(TextVector(["a", "b", "c", "a"]))),
      Column(.bigint, .integers([1, 3, 1, 2])),
    ]
    #expect(table.lookUp(probes, rowCount: 4) == [0, .max, .max, .max])
  }

  @Test func `is one group without keys`() {
    var table = GroupTable([])
    #expect(table.add([], rowCount: 3).ids == [0, 0, 0])
    #expect(table.groupCount == 1)
  }
}
