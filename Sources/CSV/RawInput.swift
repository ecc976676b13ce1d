import Bytes

/// The bytes of a source from its start to its end, as stored, and their hash.
struct RawInput: Sendable {
  private let source: any ByteSource
  private var hasher = ContentHasher()
  private(set) var bytesRead = 0

  init(_ source: any ByteSource) { self.source = source }

  var name: String { source.name }

  var isAtEnd: Bool { bytesRead == source.size }

  /// Of everything read so far.
  var contentHash: ContentHash { hasher.finish() }

  /// The next bytes, `count` of them where there are as many.
  mutating func read(_ count: Int) throws(CSVError) -> [UInt8] {
    if isAtEnd { return [] }
    let bytes: [UInt8]
    do {
      bytes = try source.read(at: bytesRead, count: count)
    } catch { throw CSVError(error) }
    guard bytes.count == min(count, source.size - bytesRead) else {
      throw .cannotRead(
        source.name, because: "it ends at byte \(bytesRead + bytes.count) of \(source.size)",
        remedy: "It was cut while it was read; run the same command again.")
    }
    hasher.update(bytes.span)
    bytesRead += bytes.count
    return bytes
  }

  /// Damage of the compressed form.
  func damage(_ reason: String) -> CSVError {
    .cannotRead(
      source.name, because: "its compressed form is damaged: \(reason)",
      remedy: "Transfer the file again.")
  }
}
