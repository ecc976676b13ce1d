import Bytes

extension Suite {
  /// The cost of handing work to threads, of reading bytes and of checking that they are text: what
  /// all else is measured against.
  static let bytes = Suite("bytes") { bench in
    let parts = bench.scaled(1000, smoke: 10)
    try bench.measure("parallel map, empty parts", rows: parts, expecting: parts) {
      Parallel.map(count: parts, threads: bench.threads) { $0 }.count
    }
    let size = bench.scaled(64 << 20, smoke: 4096)
    let bytes = [UInt8](repeating: 1, count: size)
    try bench.measure("sum of bytes", bytes: size, expecting: size) {
      var sum = 0
      for byte in bytes { sum &+= Int(byte) }
      return sum
    }
    let text = Array(String(repeating: "歌曲の名前,Mañana,plain;", count: size / 32).utf8)
    for level in [CPU.level, .swift] {
      try bench.measure("check of UTF-8, \(level)", bytes: text.count, expecting: true) {
        isUTF8(text.span, level: level)
      }
    }
  }
}
