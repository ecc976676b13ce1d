import Bytes
import CSV
import Columns

extension Suite {
  /// Reading CSV in memory, one thread and all: tokens, typed columns of the two stream tables, the
  /// same with quoted fields, those of a table of sensors, and the hash that is taken along. Keys
  /// are known where a pipeline has read the dimensions before; else they are new, as where a file
  /// is converted by itself.
  static let csv = Suite("csv") { bench in
    let inputs = try CSVInputs(bytes: bench.scaled(200_000_000, smoke: 200_000))
    for level in CPU.available.reversed() {
      for input in [inputs.music, inputs.musicQuoted] {
        try tokenize(bench, input, level)
      }
    }
    try bench.measure(
      "content hash", bytes: inputs.music.bytes.count,
      expecting: ContentHash.of(inputs.music.bytes.span)
    ) { ContentHash.of(inputs.music.bytes.span) }
    for input in [inputs.music, inputs.musicQuoted, inputs.spotify, inputs.readings] {
      for threads in Set([1, bench.threads]).sorted() {
        try read(bench, input, input.columns, "", threads: threads)
        if input.keys.isEmpty { continue }
        try read(bench, input, input.columnsWithKnownKeys, ", known keys", threads: threads)
      }
    }
  }

  private static func tokenize(
    _ bench: Measurement, _ input: CSVInput, _ level: CPU.Level
  ) throws {
    let tokenizer = CSVTokenizer(
      delimiter: 0x2C, newline: 0x0A, quote: 0x22, escape: nil, takesReturn: true, level: level)
    var marks = MarkBuffer(capacity: (256 << 10) + 64)
    try bench.measure(
      "tokenize \(input.name), \(level)", bytes: input.bytes.count, rows: input.rows,
      expecting: input.rows + 1
    ) {
      var lines = 0
      var place = 0
      while place < input.bytes.count {
        marks.removeAll()
        let end = min(place + 256 << 10, input.bytes.count)
        let scan = tokenizer.scan(input.bytes.span, place..<end, into: &marks)
        guard scan.newlines > 0, !scan.isBroken else { return -1 }
        lines += scan.newlines
        // The next block begins behind the last whole record.
        var last = marks.count - 1
        while input.bytes[Int(marks.span[last])] != 0x0A { last -= 1 }
        place = Int(marks.span[last]) + 1
      }
      return lines
    }
  }

  private static func read(
    _ bench: Measurement, _ input: CSVInput, _ columns: [InputColumn], _ note: String, threads: Int
  ) throws {
    var options = ReadOptions(columns: columns)
    options.threads = threads
    let source = MemorySource(input.bytes)
    try bench.measure(
      "read \(input.name)\(note), \(threads) threads", bytes: input.bytes.count, rows: input.rows,
      expecting: input.sum
    ) {
      var reader = try CSVReader(source, options)
      var sum: Int64 = 0
      while true {
        let round = try reader.next()
        if round.isEmpty { break }
        // Who reads with several threads works on what is read with as many.
        sum &+= Parallel.map(count: round.count, threads: threads) { self.sum(round[$0]) }
          .reduce(0, &+)
      }
      return reader.counts.rowsKept == input.rows ? sum : -1
    }
  }

  /// The sum of all numbers and times; of doubles, that of their bits.
  private static func sum(_ batch: CSVBatch) -> Int64 {
    var sum: Int64 = 0
    for column in batch.batch.columns {
      switch column.values {
      case .integers(let values): for value in values { sum &+= value }
      case .dates(let values): for value in values { sum &+= Int64(value) }
      case .booleans(let values): for value in values { sum &+= value ? 1 : 0 }
      case .doubles(let values):
        for value in values { sum &+= Int64(bitPattern: value.bitPattern) }
      default: break
      }
    }
    return sum
  }
}

/// A text of many rows, what is declared of it, and the sum of its numbers and times.
struct CSVInput {
  var name: String
  var bytes: [UInt8]
  var rows = 0
  var sum: Int64 = 0
  var columns: [InputColumn]
  /// The texts of the keys, as the dimensions list them, by column.
  var keys: [String: KeyEncoder] = [:]

  /// The columns as a pipeline reads them that has read the dimensions before.
  var columnsWithKnownKeys: [InputColumn] {
    columns.map { column in
      var column = column
      if let encoder = keys[column.name] { column.form = .continuing(encoder) }
      return column
    }
  }
}

/// The stream tables of the built-in packs, with ids as frequent as in life.
struct CSVInputs {
  var music: CSVInput
  var musicQuoted: CSVInput
  var spotify: CSVInput
  /// All types that the others have not.
  var readings: CSVInput

  init(bytes: Int) throws {
    let columns = [
      InputColumn("stream_id", .text, form: .compact),
      InputColumn("user_id", .text, form: .compact), InputColumn("song_id", .text, form: .compact),
      InputColumn("genre", .text, form: .coded(base: nil)), InputColumn("timestamp", .timestamp),
      InputColumn("duration_ms", .bigint),
    ]
    music = CSVInput(name: "music streams", bytes: [], columns: columns)
    musicQuoted = CSVInput(name: "music streams, quoted genre", bytes: [], columns: columns)
    spotify = CSVInput(
      name: "spotify streams", bytes: [],
      columns: [
        InputColumn("user_id", .bigint), InputColumn("track_id", .text, form: .coded(base: nil)),
        InputColumn("listen_time", .timestamp),
      ])
    readings = CSVInput(
      name: "sensor readings", bytes: [],
      columns: [
        InputColumn("measured", .timestamp), InputColumn("installed", .date),
        InputColumn("is_valid", .boolean), InputColumn("celsius", .double),
        InputColumn("load", .double),
      ])
    var random = Dice(state: 20_240_625)
    let tracks = (0..<89_741).map { _ in random.word(22) }
    let genres = (0..<115).map { "genre-\($0)\($0 % 3 == 0 ? " & more" : "")" }
    let users = KeyEncoder(TextDictionary(TextVector((0..<1_000_000).map { "U\(padded($0, 7))" })))
    let songs = KeyEncoder(TextDictionary(TextVector((0..<100_000).map { "T\(padded($0, 6))" })))
    music.keys = ["user_id": users, "song_id": songs]
    musicQuoted.keys = music.keys
    spotify.keys = ["track_id": KeyEncoder(TextDictionary(TextVector(tracks)))]
    append("stream_id,user_id,song_id,genre,timestamp,duration_ms\n", to: \.music)
    append("stream_id,user_id,song_id,genre,timestamp,duration_ms\n", to: \.musicQuoted)
    append("user_id,track_id,listen_time\n", to: \.spotify)
    append("measured,installed,is_valid,celsius,load\n", to: \.readings)
    while music.bytes.count < bytes {
      let row = music.rows
      let (time, micros) = random.time(day: 19_890 + row / 200_000 + random.below(3))
      let user = padded(random.skewed(1_000_000), 7)
      let song = padded(random.skewed(100_000), 6)
      let genre = genres[random.skewed(115)]
      let duration = 30_000 + random.below(400_000)
      let head = "S\(padded(row, 9)),U\(user),T\(song),"
      append("\(head)\(genre),\(time),\(duration)\n", to: \.music)
      append("\(head)\"\(genre), \"\"x\"\"\",\(time),\(duration)\n", to: \.musicQuoted)
      for path in [\CSVInputs.music, \.musicQuoted] {
        self[keyPath: path].rows += 1
        self[keyPath: path].sum &+= micros &+ Int64(duration)
      }
      let listener = 1 + random.skewed(50_000)
      let (moment, instant) = random.time(day: 19_899 + random.below(30))
      append(
        "\(listener),\(tracks[random.skewed(tracks.count)]),\(moment.replacing("T"))\n",
        to: \.spotify)
      spotify.rows += 1
      spotify.sum &+= instant &+ Int64(listener)
      let celsius = Double(random.below(1_000_000) - 400_000) / 10_000
      let load = Double(random.next() >> 11) / Double(1 << 53)
      let isValid = random.below(10) > 0
      append(
        "\(moment).\(100 + row % 900),\(moment.prefix(10)),\(isValid),\(celsius),\(load)\n",
        to: \.readings)
      readings.rows += 1
      readings.sum &+= instant &+ Int64(100 + row % 900) * 1000 &+ instant / 86_400_000_000
      readings.sum &+= isValid ? 1 : 0
      for number in [celsius, load] { readings.sum &+= Int64(bitPattern: number.bitPattern) }
    }
  }

  private mutating func append(_ text: String, to path: WritableKeyPath<CSVInputs, CSVInput>) {
    self[keyPath: path].bytes.append(contentsOf: text.utf8)
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension String {
  /// The text with a space for the letter.
  fileprivate func replacing(_ letter: Character) -> String {
    String(map { $0 == letter ? " " : $0 })
  }
}

/// Repeatable random numbers.
private struct Dice {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  /// Small numbers more often, about as Zipf's law has it.
  mutating func skewed(_ count: Int) -> Int {
    let uniform = Double(next() >> 11) / Double(1 << 53)
    return min(count - 1, Int(Double(count) * uniform * uniform * uniform))
  }

  mutating func word(_ length: Int) -> String {
    let letters = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return String((0..<length).map { _ in letters[below(62)] })
  }

  mutating func time(day: Int) -> (String, Int64) {
    let seconds = below(86_400)
    let micros = Int64(day) * Calendar.microsecondsPerDay + Int64(seconds) * 1_000_000
    return (String(Calendar.text(timestamp: micros).map { $0 == " " ? "T" : $0 }), micros)
  }
}
