import Columns

/// The tables of the pack `music`.
struct MusicTables: TableMaker {
  private let plan: Generation
  private let blemishes: Blemishes
  private let userPopularity: Popularity
  private let songPopularity: Popularity
  private let genreTexts: [[UInt8]]
  /// The genre and the length in milliseconds of each song, those that are unknown too.
  private let genres: [UInt8]
  private let durations: [Int32]
  /// `2024-06-25T` for each day.
  private let dayTexts: [[UInt8]]
  private let userWidth: Int
  private let songWidth: Int

  init(_ plan: Generation) {
    self.plan = plan
    blemishes = Blemishes(broken: plan.brokenShare, repeated: plan.repeatedShare)
    userPopularity = .ofUsers(plan)
    songPopularity = .ofSongs(plan)
    genreTexts = Words.genres.map { Array($0.utf8) }
    let genrePopularity = Popularity.ofGenres(plan)
    var genres: [UInt8] = []
    var durations: [Int32] = []
    var chance = Chance(seed: plan.seed, stream: 1, part: 0)
    for _ in 0..<plan.songs + Draws.unknownSongs(plan.songs) {
      genres.append(UInt8(genrePopularity.draw(&chance)))
      durations.append(Int32(songLength(&chance)))
    }
    self.genres = genres
    self.durations = durations
    dayTexts = (0..<plan.days).map {
      Array("\(Calendar.text(days: Int32(plan.firstDay + $0)))T".utf8)
    }
    userWidth = max(6, digits(of: plan.users - 1))
    songWidth = max(5, digits(of: plan.songs + Draws.unknownSongs(plan.songs) - 1))
  }

  func header(_ table: String) -> String {
    switch table {
    case "songs": "song_id,title,artist,genre,release_date\n"
    case "users": "user_id,first_name,last_name,email,signup_date\n"
    default: "stream_id,user_id,song_id,genre,timestamp,duration_ms\n"
    }
  }

  func add(_ rows: Range<Int>, of table: String, to lines: inout LineBuffer) {
    switch table {
    case "songs": for song in rows { addSong(song, to: &lines) }
    case "users": for user in rows { addUser(user, to: &lines) }
    default: lines.fill { bytes, start in addPlays(rows, to: &bytes, at: start) }
    }
  }

  /// `P00000001,U000042,S00017,jazz,2024-06-25T17:43:13,201000`: three quarters of the plays are
  /// as long as the song, the genre is the song's in 98 of 100.
  private func addPlays(
    _ rows: Range<Int>, to bytes: inout MutableSpan<UInt8>, at start: Int
  ) -> Int {
    var chance = Chance(seed: plan.seed, stream: 4, part: rows.lowerBound)
    let draws = Draws(rows.count, songPopularity, of: plan.songs, userPopularity, &chance)
    var starts: [Int] = []
    let dayCount = min(3, plan.days)
    let comma = UInt8(ascii: ",")
    var place = start
    for row in rows {
      let song = Int(draws.songs[row &- rows.lowerBound])
      let user = Int(draws.users[row &- rows.lowerBound])
      let random = chance.next()
      let late = Int(truncatingIfNeeded: ((random & 0xFFFF) &* UInt64(dayCount)) >> 16)
      let day = plan.day(ofRow: row) &+ late
      if blemishes.areWanted { starts.append(place) }
      bytes[place] = UInt8(ascii: "P")
      place = put(row, width: row < 100_000_000 ? 8 : 12, into: &bytes, at: place &+ 1)
      bytes[place] = comma
      bytes[place &+ 1] = UInt8(ascii: "U")
      place = put(user, width: userWidth, into: &bytes, at: place &+ 2)
      bytes[place] = comma
      bytes[place &+ 1] = UInt8(ascii: "S")
      place = put(song, width: songWidth, into: &bytes, at: place &+ 2)
      bytes[place] = comma
      var genre = Int(genres[song])
      if chance.happens(Self.otherGenreShare) {
        genre = (genre &+ 1 &+ chance.below(genreTexts.count &- 1)) % genreTexts.count
      }
      place = put(genreTexts[genre], into: &bytes, at: place &+ 1)
      bytes[place] = comma
      place = put(dayTexts[day], into: &bytes, at: place &+ 1)
      place = TimeOfDay.put(random >> 32, into: &bytes, at: place)
      bytes[place] = comma
      var duration = Int(durations[song])
      if random >> 24 & 3 == 0 { duration = 1000 &+ chance.below(duration - 1000) }
      place = put(duration, width: digits(of: duration), into: &bytes, at: place &+ 1)
      bytes[place] = UInt8(ascii: "\n")
      place &+= 1
      if blemishes.areWanted {
        place = blemishes.apply(to: &bytes, starts, end: place, &chance)
      }
    }
    return place
  }

  /// 2 % of 2^32.
  private static let otherGenreShare: UInt64 = 85_899_346

  private func addSong(_ song: Int, to lines: inout LineBuffer) {
    var chance = Chance(seed: plan.seed, stream: 2, part: song)
    lines.append(UInt8(ascii: "S"))
    lines.append(padded(song, songWidth))
    lines.append(",")
    lines.append(field: Words.title(&chance))
    lines.append(",")
    lines.append(field: Words.artist(&chance))
    lines.append(",\(Words.genres[Int(genres[song])]),")
    lines.append(Calendar.text(days: Int32(plan.firstDay - 1 - chance.below(20_000))))
    lines.append("\n")
  }

  private func addUser(_ user: Int, to lines: inout LineBuffer) {
    var chance = Chance(seed: plan.seed, stream: 3, part: user)
    let first = Words.pick(Words.firstNames, &chance)
    lines.append(UInt8(ascii: "U"))
    lines.append(padded(user, userWidth))
    lines.append(",\(first),\(Words.pick(Words.lastNames, &chance)),user\(user)@example.com,")
    lines.append(Calendar.text(days: Int32(plan.firstDay - chance.below(2000))))
    lines.append("\n")
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// When people listen.
enum TimeOfDay {
  /// The hours of a day, each as often as it is heard: little at night, most in the evening.
  private static let hours: [UInt8] = {
    let weights = [
      4, 2, 1, 1, 1, 3, 7, 11, 13, 11, 10, 10, 12, 11, 11, 11, 13, 16, 18, 19, 19, 17, 13, 12,
    ]
    var hours = weights.enumerated().flatMap { Array(repeating: UInt8($0), count: $1) }
    while hours.count < 256 { hours.append(UInt8(19 + hours.count % 2)) }
    return Array(hours.prefix(256))
  }()

  /// Writes `17:43:13` from 32 random bits.
  @inline(__always)
  static func put(_ random: UInt64, into bytes: inout MutableSpan<UInt8>, at place: Int) -> Int {
    let second = Int(truncatingIfNeeded: ((random >> 8 & 0xFF_FFFF) &* 3600) >> 24)
    let hour = Int(hours[Int(truncatingIfNeeded: random & 0xFF)])
    _ = Commands.put(hour, width: 2, into: &bytes, at: place)
    bytes[place &+ 2] = UInt8(ascii: ":")
    _ = Commands.put(second / 60, width: 2, into: &bytes, at: place &+ 3)
    bytes[place &+ 5] = UInt8(ascii: ":")
    return Commands.put(second % 60, width: 2, into: &bytes, at: place &+ 6)
  }
}
