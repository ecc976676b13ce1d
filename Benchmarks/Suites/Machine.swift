import Bytes
import Commands

extension Suite {
  /// What the machine can do at most, so that each figure can be read as a share of it.
  static let machine = Suite("machine") { bench in
    let size = bench.scaled(256 << 20, smoke: 1 << 16)
    let source = noise(size)
    let sum = source.reduce(UInt64(0)) { $0 &+ $1 }
    try bench.measure("read memory, one thread", bytes: 8 * source.count, expecting: sum) {
      total(of: source)
    }
    let parts = 64
    try bench.measure("read memory", bytes: 8 * source.count, expecting: sum) {
      Parallel.map(count: parts, threads: bench.threads) { part in
        let (start, end) = (part * source.count / parts, (part + 1) * source.count / parts)
        return total(of: source[start..<end])
      }.reduce(0, &+)
    }
    try bench.measure("copy memory, one thread", bytes: 8 * source.count, expecting: sum) {
      var copy: [UInt64] = []
      copy.append(contentsOf: source)
      return copy[0] &+ sum &- source[0]
    }
    let texts = try lines(of: bench.scaled(200_000, smoke: 1000))
    try bench.measure("zstd level 1 of CSV, one thread", bytes: texts.count, expecting: true) {
      Zstd.compress(texts, level: 1).count < texts.count / 2
    }
    let folder = try ScratchFolder()
    let path = "\(folder.path)/bytes"
    do {
      let made = try File(path, .creating)
      for _ in 0..<bench.scaled(16, smoke: 1) { try made.write(texts.span) }
    }
    let file = try FileSource(path)
    try bench.measure("read a cached file, one thread", bytes: file.size, expecting: file.size) {
      var read = 0
      while read < file.size { read += try file.read(at: read, count: 1 << 20).count }
      return read
    }
  }

  /// A file of synthetic plays.
  private static func lines(of rows: Int) throws -> [UInt8] {
    let folder = try ScratchFolder()
    _ = try Generation(kind: .music, rows: rows, days: 3, files: 1).write(
      to: folder.path, threads: 1)
    return try File.contents(of: "\(folder.path)/streams/streams-0001.csv")
  }

  private static func total(of words: some Sequence<UInt64>) -> UInt64 {
    var sum: UInt64 = 0
    for word in words { sum &+= word }
    return sum
  }

  private static func noise(_ bytes: Int) -> [UInt64] {
    (0..<UInt64(bytes / 8)).map { $0 &* 0x9E37_79B9_7F4A_7C15 }
  }
}
