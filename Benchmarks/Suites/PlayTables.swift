import Bytes
import ColumnFile
import Columns
import Query

/// Synthetic tables of the pack `music` as a lake keeps them: columnar files, a day each, whose
/// users and songs are codes of dictionaries shared with the dimension tables.
struct PlayTables {
  let rows: Int
  let catalog: MemoryCatalog

  init(rows: Int, days: Int, users: Int, songs: Int) throws {
    self.rows = rows
    let userNames = Self.ids("U", users)
    let songNames = Self.ids("S", songs)
    let genres = TextDictionary(
      TextVector(["pop", "rock", "jazz"] + (3..<115).map { "genre \($0)" }))
    var random = Generator(state: 7)
    let songTable = Self.songs(songNames, genres, &random)
    let userTable = Self.users(userNames, &random)
    var segments: [Segment] = []
    let schema = Schema([
      Field("stream_id", .text), Field("user_id", .text, isNullable: false),
      Field("song_id", .text, isNullable: false), Field("genre", .text),
      Field("timestamp", .timestamp, isNullable: false),
      Field("duration_ms", .bigint, isNullable: false),
    ])
    let firstDay = Calendar.days(year: 2025, month: 6, day: 1)
    for day in 0..<days {
      let count = rows * (day + 1) / days - rows * day / days
      let start = rows * day / days
      var writer = try ColumnFileWriter(schema)
      for from in stride(from: 0, to: count, by: 65_536) {
        let size = min(65_536, count - from)
        let part = Self.plays(
          from: start + from, size, dayStart: Int64(firstDay + day) * Calendar.microsecondsPerDay,
          progress: (from, count), (userNames, songNames, genres), songTable.genreOfSong, &random)
        try writer.append(ColumnBatch(schema, part))
      }
      let bytes = try writer.drain() + writer.finish()
      let file = try ColumnFile(
        MemorySource(bytes),
        dictionaries: [
          "user_id": DictionaryBinding(dictionary: userNames, extensionCodes: []),
          "song_id": DictionaryBinding(dictionary: songNames, extensionCodes: []),
        ])
      segments.append(Segment(partition: .date(Int32(firstDay + day)), content: .file(file)))
    }
    let streams = SegmentTable(
      "streams", schema, segments: segments, partitionColumn: "timestamp")
    catalog = MemoryCatalog([streams, songTable.table, userTable])
  }

  private static func ids(_ prefix: String, _ count: Int) -> TextDictionary {
    var texts = TextVector()
    for number in 0..<count {
      let digits = String(number)
      texts.append(prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
    }
    let shared = SharedDictionary(
      name: prefix == "U" ? "users" : "songs", generation: 1, count: count)
    return TextDictionary(texts, shared: shared)
  }

  private static func plays(
    from first: Int, _ count: Int, dayStart: Int64, progress: (Int, Int),
    _ names: (users: TextDictionary, songs: TextDictionary, genres: TextDictionary),
    _ genreOfSong: [UInt32], _ random: inout Generator
  ) -> [Column] {
    var users: [UInt32] = []
    var songs: [UInt32] = []
    var times: [Int64] = []
    var durations: [Int64] = []
    var ids = TextVector()
    for row in 0..<count {
      ids.append("st\(100_000_000 + first + row)")
      // A product of uniform numbers: some are far more popular than others.
      users.append(UInt32(random.next(below: names.users.count) * random.next(below: 1000) / 1000))
      songs.append(UInt32(random.next(below: names.songs.count) * random.next(below: 1000) / 1000))
      let second = (progress.0 + row) * 86_400 / progress.1
      times.append(dayStart + Int64(second) * 1_000_000)
      durations.append(Int64(5000 + random.next(below: 300_000)))
    }
    return [
      Column(.text, .texts(ids)), Column(.text, .codes(users, names.users)),
      Column(.text, .codes(songs, names.songs)),
      Column(.text, .codes(songs.map { genreOfSong[Int($0)] }, names.genres)),
      Column(.timestamp, .integers(times)), Column(.bigint, .integers(durations)),
    ]
  }

  private static func songs(
    _ names: TextDictionary, _ genres: TextDictionary, _ random: inout Generator
  ) -> (table: SegmentTable, genreOfSong: [UInt32]) {
    let schema = Schema([
      Field("song_id", .text, isNullable: false), Field("title", .text), Field("artist", .text),
      Field("genre", .text), Field("release_date", .date),
    ])
    let count = names.count
    let words = ["Winter", "Summer", "Rain", "Night", "River", "Heart", "Road", "Light"]
    let titles = (0..<count).map { "\(words[$0 % 8]) \(words[$0 / 8 % 8]) \($0)" }
    let artists = (0..<count).map { "Artist \($0 % max(1, count / 5))" }
    let genreOfSong = (0..<count).map { _ in UInt32(random.next(below: genres.count)) }
    let released = (0..<count).map { _ in Int32(random.next(below: 20_000)) }
    let batch = ColumnBatch(
      schema,
      [
        Column(.text, .codes(Array(0..<UInt32(count)), names)),
        Column(.text, .texts(TextVector(titles))), Column(.text, .texts(TextVector(artists))),
        Column(.text, .codes(genreOfSong, genres)), Column(.date, .dates(released)),
      ])
    let segment = Segment(partition: nil, content: .batch(batch))
    return (SegmentTable("songs", schema, key: ["song_id"], segments: [segment]), genreOfSong)
  }

  private static func users(_ names: TextDictionary, _ random: inout Generator) -> SegmentTable {
    let schema = Schema([
      Field("user_id", .text, isNullable: false), Field("signup_date", .date),
    ])
    let batch = ColumnBatch(
      schema,
      [
        Column(.text, .codes(Array(0..<UInt32(names.count)), names)),
        Column(.date, .dates((0..<names.count).map { _ in Int32(random.next(below: 20_000)) })),
      ])
    let segment = Segment(partition: nil, content: .batch(batch))
    return SegmentTable("users", schema, key: ["user_id"], segments: [segment])
  }

  /// Repeatable numbers that look random.
  struct Generator {
    private var state: UInt64

    init(state: UInt64) { self.state = state }

    mutating func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }
}
