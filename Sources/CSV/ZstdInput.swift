import Bytes

/// The content of zstd frames that follow one another.
struct ZstdInput: Sendable {
  private(set) var raw: RawInput
  private let stream = ZstdStream()
  private var bytes: [UInt8] = []
  private var place = 0
  private(set) var isAtEnd = false

  init(_ raw: RawInput) { self.raw = raw }

  /// The next bytes; fewer than `count` only at the end.
  mutating func read(_ count: Int) throws(CSVError) -> [UInt8] {
    var result: [UInt8] = []
    while result.count < count && !isAtEnd {
      if place == bytes.count && !raw.isAtEnd {
        bytes = try raw.read(1 << 18)
        place = 0
      }
      let isEmpty = raw.isAtEnd && place == bytes.count
      if isEmpty && stream.isBetweenFrames {
        isAtEnd = true
        break
      }
      let piece: [UInt8]
      do {
        var next = place
        piece = try stream.expand(bytes.span, from: &next, limit: count - result.count)
        place = next
      } catch { throw raw.damage(error.description) }
      result.append(copying: piece.span)
      if isEmpty && piece.isEmpty { throw raw.damage("it ends too early") }
    }
    return result
  }
}
