import Columns
import Kernels

extension Suite {
  /// The kernels alone, in the shapes of the KPI tables and of ad hoc queries.
  static let kernelForms = Suite("kernel-forms") { bench in
    let rows = bench.scaled(3_276_800, smoke: 3000)
    let plays = WidePlays(rowCount: rows)
    let batches = plays.batches
    try bench.measure(
      "group by genre, date, song, title, artist", rows: rows, expecting: plays.songCount
    ) {
      grouped(batches) { [$0.genre, $0.date, $0.song, $0.title, $0.artist] }
    }
    try bench.measure("group by hour and artist", rows: rows, expecting: plays.artistHours) {
      grouped(batches) { [$0.hour, $0.artist] }
    }
    try bench.measure("group by user", rows: rows, expecting: plays.userCount) {
      grouped(batches) { [$0.user] }
    }
    try bench.measure("group by far integers", rows: rows, expecting: plays.userCount) {
      grouped(batches) { [$0.far] }
    }
    try bench.measure("group by song and far integer", rows: rows, expecting: plays.userSongs) {
      grouped(batches) { [$0.song, $0.far] }
    }
    try bench.measure("group by hour: distinct users", rows: rows, expecting: plays.userHours) {
      try distinct(batches, keys: { [$0.hour] }, { $0.user })
    }
    try bench.measure("group by user: distinct hours", rows: rows, expecting: plays.userHours) {
      try distinct(batches, keys: { [$0.user] }, { $0.hour })
    }
    try bench.measure("distinct users", rows: rows, expecting: plays.userCount) {
      try distinct(batches, keys: { _ in [] }, { $0.user })
    }
    try bench.measure("distinct far integers", rows: rows, expecting: plays.userCount) {
      try distinct(batches, keys: { _ in [] }, { $0.far })
    }
    try bench.measure("distinct far integers, on disk", rows: rows, expecting: plays.userCount) {
      try distinct(batches, keys: { _ in [] }, { $0.far }, DistinctOptions(memoryBytes: 1 << 20))
    }
    try bench.measure("join songs by code", rows: rows, expecting: rows) {
      var count = 0
      for batch in batches {
        guard case .codes(let codes, _) = batch.song.values else { continue }
        count += gather(plays.artistBySong, codes).count
      }
      return count
    }
    try bench.measure("first 100 of each batch", rows: rows, expecting: batches.count * 100) {
      var count = 0
      for batch in batches {
        let keys = [SortKey(batch.far, SortDirection(isDescending: true)), SortKey(batch.song)]
        count += topRows(by: keys, rowCount: batch.far.count, limit: 100).count
      }
      return count
    }
    try bench.measure("sort each batch by two keys", rows: rows, expecting: rows) {
      var count = 0
      for batch in batches {
        let keys = [SortKey(batch.genre), SortKey(batch.far)]
        count += sortedRows(by: keys, rowCount: batch.far.count).count
      }
      return count
    }
    try bench.measure("select half of the rows", rows: rows, expecting: plays.evenRows) {
      var count = 0
      for batch in batches {
        count += gather(batch.far, selectedRows(batch.isEven, validity: nil)).count
      }
      return count
    }
  }
}

private func grouped(_ batches: [WidePlays.Batch], _ keys: (WidePlays.Batch) -> [Column]) -> Int {
  var table = GroupTable(batches.first.map { keys($0).map(\.type) } ?? [])
  for batch in batches { _ = table.add(keys(batch), rowCount: batch.far.count) }
  return table.groupCount
}

private func distinct(
  _ batches: [WidePlays.Batch], keys: (WidePlays.Batch) -> [Column],
  _ value: (WidePlays.Batch) -> Column, _ options: DistinctOptions = DistinctOptions()
) throws -> Int {
  guard let first = batches.first else { return 0 }
  var table = GroupTable(keys(first).map(\.type))
  var set = AggregateSet([Aggregate(.countDistinct, [value(first).type])], options: options)
  for batch in batches {
    let groups = table.add(keys(batch), rowCount: batch.far.count)
    try set.update(groups, groupCount: table.groupCount, [[value(batch)]])
  }
  let column = try set.finish(groupCount: table.groupCount)[0]
  guard case .integers(let counts) = column.values else { return 0 }
  return Int(counts.reduce(0, +))
}

/// A day of plays with what their songs say, in the order of time.
private struct WidePlays {
  struct Batch {
    let genre: Column
    let date: Column
    let hour: Column
    let song: Column
    let title: Column
    let artist: Column
    let user: Column
    /// The user as an integer with large gaps.
    let far: Column
    let isEven: [Bool]
  }

  private(set) var batches: [Batch] = []
  private(set) var songCount = 0
  private(set) var userCount = 0
  private(set) var artistHours = 0
  private(set) var userHours = 0
  private(set) var userSongs = 0
  private(set) var evenRows = 0
  let artistBySong: Column

  private static let songs = 100_000
  private static let users = 1_000_000
  private static let artists = 20_000

  init(rowCount: Int) {
    func names(_ prefix: String, _ count: Int) -> TextDictionary {
      TextDictionary(count: count) { TextVector((0..<count).map { "\(prefix)\($0)" }) }
    }
    let songNames = names("S", Self.songs)
    let titles = names("Title ", Self.songs)
    let artistNames = names("Artist ", Self.artists)
    let userNames = names("U", Self.users)
    let genres = names("genre ", 115)
    artistBySong = Column(
      .text, .codes((0..<UInt32(Self.songs)).map { $0 % UInt32(Self.artists) }, artistNames))
    var isSong = [Bool](repeating: false, count: Self.songs)
    var isUserHour = [Bool](repeating: false, count: Self.users * 24)
    var isArtistHour = [Bool](repeating: false, count: Self.artists * 24)
    var userSongs: Set<UInt64> = []
    var random = Generator(state: 42)
    for start in stride(from: 0, to: rowCount, by: 65_536) {
      let count = min(65_536, rowCount - start)
      let song = (0..<count).map { _ in
        UInt32(random.next(below: Self.songs) * (random.next(below: 1000) + 1) / 1000)
      }
      let user = (0..<count).map { _ in UInt32(random.next(below: Self.users)) }
      let hour = (0..<count).map { Int64((start + $0) * 24 / rowCount) }
      for row in 0..<count {
        isSong[Int(song[row])] = true
        userSongs.insert(UInt64(user[row]) << 32 | UInt64(song[row]))
        isUserHour[Int(user[row]) * 24 + Int(hour[row])] = true
        isArtistHour[Int(song[row]) % Self.artists * 24 + Int(hour[row])] = true
        if user[row] % 2 == 0 { evenRows += 1 }
      }
      batches.append(
        Batch(
          genre: Column(.text, .codes(song.map { $0 * 7 % 115 }, genres)),
          date: Column(.date, .dates(Array(repeating: 20_000, count: count))),
          hour: Column(.bigint, .integers(hour)),
          song: Column(.text, .codes(song, songNames)),
          title: Column(.text, .codes(song.map { UInt32(Self.songs) - 1 - $0 }, titles)),
          artist: Column(.text, .codes(song.map { $0 % UInt32(Self.artists) }, artistNames)),
          user: Column(.text, .codes(user, userNames)),
          far: Column(.bigint, .integers(user.map { Int64($0) &* 0x9E37_79B9_7F4A })),
          isEven: user.map { $0 % 2 == 0 }))
    }
    self.userSongs = userSongs.count
    songCount = isSong.count { $0 }
    artistHours = isArtistHour.count { $0 }
    userHours = isUserHour.count { $0 }
    userCount = (0..<Self.users).count { user in
      (0..<24).contains { isUserHour[user * 24 + $0] }
    }
  }
}
