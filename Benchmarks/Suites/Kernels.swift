import Columns
import Kernels

extension Suite {
  /// Grouping, aggregating and counting distinct values, on batches as a scan gives them: plays of
  /// a day in the order of time, with codes for texts.
  static let kernels = Suite("kernels") { bench in
    for users in [1_000_000, 50_000] {
      let plays = Plays(rowsPerDay: bench.scaled(1_638_400, smoke: 2000), days: 4, users: users)
      let name = users == 50_000 ? "50 k users" : "1 M users"
      let rows = plays.rowCount
      try bench.measure("genre x day: count, \(name)", rows: rows, expecting: plays.counted) {
        try plays.run([Aggregate(.countRows)])
      }
      try bench.measure("genre x day: count and sum, \(name)", rows: rows, expecting: plays.summed)
      {
        try plays.run([Aggregate(.countRows), Aggregate(.sum, [.bigint])])
      }
      try bench.measure(
        "genre x day: count, sum, distinct users, \(name)", rows: rows, expecting: plays.distinct
      ) {
        try plays.run([
          Aggregate(.countRows), Aggregate(.sum, [.bigint]), Aggregate(.countDistinct, [.text]),
        ])
      }
    }
  }
}

/// Synthetic plays, day by day in batches, and what their KPIs are by the plainest of loops.
private struct Plays {
  let days: [[Batch]]
  let rowCount: Int
  let counted: [Int128]
  let summed: [Int128]
  let distinct: [Int128]

  struct Batch {
    let genre: Column
    let date: Column
    let user: Column
    let duration: Column
  }

  init(rowsPerDay: Int, days dayCount: Int, users: Int) {
    let genres = 115
    let userNames = TextDictionary(count: users) { TextVector((0..<users).map { "U\($0)" }) }
    let genreNames = TextDictionary(TextVector((0..<genres).map { "genre \($0)" }))
    var random = Generator(state: UInt64(users))
    var days: [[Batch]] = []
    var sum: Int128 = 0
    for day in 0..<dayCount {
      var batches: [Batch] = []
      for start in stride(from: 0, to: rowsPerDay, by: 65_536) {
        let count = min(65_536, rowsPerDay - start)
        let genre = (0..<count).map { _ in UInt32(random.next(below: genres)) }
        // The product of two uniform numbers: some users play far more than others.
        let user = (0..<count).map { _ in
          UInt32(random.next(below: users) * (random.next(below: 1000) + 1) / 1000)
        }
        let duration = (0..<count).map { _ in Int64(random.next(below: 300_000)) }
        for value in duration { sum += Int128(value) }
        batches.append(
          Batch(
            genre: Column(.text, .codes(genre, genreNames)),
            date: Column(.date, .dates(Array(repeating: 19_000 + Int32(day), count: count))),
            user: Column(.text, .codes(user, userNames)),
            duration: Column(.bigint, .integers(duration))))
      }
      days.append(batches)
    }
    self.days = days
    rowCount = rowsPerDay * dayCount
    counted = [Int128(rowCount)]
    summed = counted + [sum]
    distinct = summed + [Int128(Self.distinctPairs(days, genres: genres, users: users))]
  }

  private static func distinctPairs(_ days: [[Batch]], genres: Int, users: Int) -> Int {
    var total = 0
    for day in days {
      var isThere = [Bool](repeating: false, count: genres * users)
      for batch in day {
        guard case .codes(let genre, _) = batch.genre.values,
          case .codes(let user, _) = batch.user.values
        else { continue }
        for row in genre.indices { isThere[Int(genre[row]) * users + Int(user[row])] = true }
      }
      total += isThere.count { $0 }
    }
    return total
  }

  /// The totals over all groups of each aggregate, each day with a table of its own.
  func run(_ aggregates: [Aggregate]) throws -> [Int128] {
    var totals = [Int128](repeating: 0, count: aggregates.count)
    for day in days {
      var table = GroupTable([.text, .date])
      var set = AggregateSet(aggregates)
      for batch in day {
        let groups = table.add([batch.genre, batch.date], rowCount: batch.genre.count)
        let arguments = [[], [batch.duration], [batch.user]].prefix(aggregates.count)
        try set.update(groups, groupCount: table.groupCount, Array(arguments))
      }
      for (place, column) in try set.finish(groupCount: table.groupCount).enumerated() {
        switch column.values {
        case .integers(let values): for value in values { totals[place] += Int128(value) }
        case .wide(let values): for value in values { totals[place] += value }
        default: break
        }
      }
    }
    return totals
  }
}

/// SplitMix64, so that every run has the same plays.
struct Generator {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)).multipliedFullWidth(by: UInt64(bound)).high)
  }
}
