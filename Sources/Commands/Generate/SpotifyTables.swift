import Columns

/// The tables of the pack `spotify`.
struct SpotifyTables: TableMaker {
  private let plan: Generation
  private let blemishes: Blemishes
  private let userPopularity: Popularity
  private let songPopularity: Popularity
  private let genrePopularity: Popularity
  /// Of the songs, then of those that are unknown.
  private let trackIDs: [[UInt8]]
  /// `2024-06-25 ` for each day.
  private let dayTexts: [[UInt8]]

  init(_ plan: Generation) {
    self.plan = plan
    blemishes = Blemishes(broken: plan.brokenShare, repeated: plan.repeatedShare)
    userPopularity = .ofUsers(plan)
    songPopularity = .ofSongs(plan)
    genrePopularity = .ofGenres(plan)
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    trackIDs = (0..<plan.songs + Draws.unknownSongs(plan.songs)).map { song in
      var chance = Chance(seed: plan.seed, stream: 1, part: song)
      // The first character stays below 7, as in every 22-character form of 128 bits.
      return [alphabet[chance.below(7)]] + (1..<22).map { _ in alphabet[chance.below(62)] }
    }
    dayTexts = (0..<plan.days).map {
      Array("\(Calendar.text(days: Int32(plan.firstDay + $0))) ".utf8)
    }
  }

  func header(_ table: String) -> String {
    switch table {
    case "songs":
      "id,track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,"
        + "energy,key,loudness,mode,speechiness,acousticness,instrumentalness,liveness,valence,"
        + "tempo,time_signature,track_genre\n"
    case "users": "user_id,user_name,user_age,user_country,created_at\n"
    default: "user_id,track_id,listen_time\n"
    }
  }

  func add(_ rows: Range<Int>, of table: String, to lines: inout LineBuffer) {
    switch table {
    case "songs": for song in rows { addSong(song, to: &lines) }
    case "users": for user in rows { addUser(user, to: &lines) }
    default: lines.fill { bytes, start in addPlays(rows, to: &bytes, at: start) }
    }
  }

  /// `26213,4dBa8T7oDV9WvGr7kVS4Ez,2024-06-25 17:43:13`.
  private func addPlays(
    _ rows: Range<Int>, to bytes: inout MutableSpan<UInt8>, at start: Int
  ) -> Int {
    var chance = Chance(seed: plan.seed, stream: 4, part: rows.lowerBound)
    let draws = Draws(rows.count, songPopularity, of: plan.songs, userPopularity, &chance)
    var starts: [Int] = []
    let dayCount = min(3, plan.days)
    var place = start
    for row in rows {
      let song = Int(draws.songs[row &- rows.lowerBound])
      let user = Int(draws.users[row &- rows.lowerBound]) &+ 1
      let random = chance.next()
      let late = Int(truncatingIfNeeded: ((random & 0xFFFF) &* UInt64(dayCount)) >> 16)
      let day = plan.day(ofRow: row) &+ late
      if blemishes.areWanted { starts.append(place) }
      place = put(user, width: digits(of: user), into: &bytes, at: place)
      bytes[place] = UInt8(ascii: ",")
      place = put(trackIDs[song], into: &bytes, at: place &+ 1)
      bytes[place] = UInt8(ascii: ",")
      place = put(dayTexts[day], into: &bytes, at: place &+ 1)
      place = TimeOfDay.put(random >> 32, into: &bytes, at: place)
      bytes[place] = UInt8(ascii: "\n")
      place &+= 1
      if blemishes.areWanted {
        place = blemishes.apply(to: &bytes, starts, end: place, &chance)
      }
    }
    return place
  }

  private func addSong(_ song: Int, to lines: inout LineBuffer) {
    var chance = Chance(seed: plan.seed, stream: 2, part: song)
    lines.append("\(song),\(String(decoding: trackIDs[song], as: UTF8.self)),")
    let artist = Words.artist(&chance)
    lines.append(
      field: chance.once(in: 8) ? "\(artist);\(Words.artist(&chance))" : artist)
    lines.append(",")
    lines.append(field: Words.title(&chance))
    lines.append(",")
    lines.append(field: Words.title(&chance))
    lines.append(",\(chance.below(101)),\(songLength(&chance))")
    lines.append(chance.once(in: 12) ? ",True" : ",False")
    for _ in 0..<2 { lines.append(",\(share(&chance))") }
    lines.append(",\(chance.below(12)),-\(Double(chance.below(30_000)) / 1000)")
    lines.append(",\(chance.below(2))")
    for _ in 0..<5 { lines.append(",\(share(&chance))") }
    lines.append(",\(Double(60_000 + chance.below(140_000)) / 1000),\(3 + chance.below(3)),")
    lines.append("\(Words.genres[genrePopularity.draw(&chance)])\n")
  }

  private func addUser(_ user: Int, to lines: inout LineBuffer) {
    var chance = Chance(seed: plan.seed, stream: 3, part: user)
    lines.append("\(user + 1),\(Words.name(&chance)),\(18 + chance.below(52)),")
    lines.append(field: Words.pick(Words.countries, &chance))
    lines.append(",\(Calendar.text(days: Int32(plan.firstDay - 1 - chance.below(400))))\n")
  }

  /// A number from 0 to 1 with three digits.
  private func share(_ chance: inout Chance) -> Double { Double(chance.below(1001)) / 1000 }
}
