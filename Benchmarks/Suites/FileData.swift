import Columns
import Glibc

/// Plays of songs as they arrive: users and songs zipf-like and numbered at random, ids ascending,
/// the rows of three neighbouring days mixed, a quarter of the plays cut short, and the genre of a
/// play that of its song but for one in fifty.
struct PlayStream {
  static let schema = Schema([
    Field("stream_id", .text), Field("user_id", .text), Field("song_id", .text),
    Field("genre", .text), Field("timestamp", .timestamp), Field("duration_ms", .bigint),
  ])

  private var random = Popularity()
  private let users: Int
  private let songs: Int
  private let genres: TextDictionary
  private let oneDay: Bool
  private var nextStream: Int64 = 1

  /// With `oneDay` only the rows of one date are left, as in a file of a partition.
  init(users: Int, songs: Int, oneDay: Bool) {
    self.users = users
    self.songs = songs
    self.oneDay = oneDay
    let stems = ["rock", "jazz", "folk", "pop", "metal", "blues", "soul", "house", "punk", "ska"]
    genres = TextDictionary(
      TextVector((0..<115).map { stems[$0 % 10] + (["", " nu", " alt"][$0 % 3]) + "-\($0)" }))
  }

  mutating func batch(rows: Int) -> ColumnBatch {
    var streams = TextVector()
    var listeners = TextVector()
    var played = TextVector()
    var codes: [UInt32] = []
    var times: [Int64] = []
    var durations: [Int64] = []
    for _ in 0..<rows {
      // The rows of a date are about every third of a file of three days.
      nextStream += oneDay ? 1 + Int64(random.unit() * 5) : 1
      let song = random.pick(songs, exponent: 1)
      streams.append("S" + Self.padded(Int(nextStream), 8))
      listeners.append("U" + Self.padded(random.pick(users, exponent: 0.7), 6))
      played.append("T" + Self.padded(song, 6))
      let own = song * 31 % 115
      codes.append(UInt32(random.unit() < 0.02 ? Int(random.unit() * 115) : own))
      let day = oneDay ? 19_000 : 19_000 + Int64(random.unit() * 3)
      times.append((day * 86_400 + Int64(random.unit() * 86_400)) * 1_000_000)
      let length = Int64(90_000 + song * 104_729 % 300_000)
      durations.append(random.unit() < 0.75 ? length : Int64(random.unit() * Double(length)))
    }
    return ColumnBatch(
      Self.schema,
      [
        Column(.text, .texts(streams)), Column(.text, .texts(listeners)),
        Column(.text, .texts(played)), Column(.text, .codes(codes, genres)),
        Column(.timestamp, .integers(times)), Column(.bigint, .integers(durations)),
      ])
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// Listens of a day in no order: few users, and tracks as codes of a dictionary of the lake.
struct ListenStream {
  static let schema = Schema([
    Field("user_id", .bigint), Field("track_id", .text), Field("listen_time", .timestamp),
  ])

  let tracks: TextDictionary
  private var random = Popularity()

  init() {
    let count = 89_741
    let texts = TextVector((0..<count).map { "track-\($0)" })
    tracks = TextDictionary(
      texts, shared: SharedDictionary(name: "songs", generation: 1, count: count))
  }

  mutating func batch(rows: Int) -> ColumnBatch {
    var users: [Int64] = []
    var codes: [UInt32] = []
    var times: [Int64] = []
    for _ in 0..<rows {
      users.append(1 + Int64(random.pick(50_000, exponent: 0.7)))
      codes.append(UInt32(random.pick(tracks.count, exponent: 1)))
      times.append((19_000 * 86_400 + Int64(random.unit() * 86_400)) * 1_000_000)
    }
    return ColumnBatch(
      Self.schema,
      [
        Column(.bigint, .integers(users)), Column(.text, .codes(codes, tracks)),
        Column(.timestamp, .integers(times)),
      ])
  }
}

/// Repeatable chance, and choices of which some are far more popular than others.
struct Popularity {
  private var state: UInt64 = 7

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// The number of something whose popularity falls with the `exponent` of its rank.
  mutating func pick(_ count: Int, exponent: Double) -> Int {
    let n = Double(count)
    let rank =
      exponent == 1
      ? exp(unit() * log(n + 1)) - 1
      : pow(unit() * (pow(n + 1, 1 - exponent) - 1) + 1, 1 / (1 - exponent)) - 1
    return min(count - 1, Int(rank)) * 7_368_787 % count
  }
}
