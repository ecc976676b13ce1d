import Bytes

/// The bytes of a source from its start to its end, as stored, and their hash.
struct RawInput: Sendable {
  private let source: any ByteSource
  private var hasher: ContentHasher?
  private(set) var bytesRead = 0

  init(_ source: any ByteSource, takesHash: Bool) {
    self.source = source
    hasher = takesHash ? ContentHasher() : nil
  }

  var name: String { source.name }

  var isAtEnd: Bool { bytesRead == source.size }

  /// Of everything read so far; nil where none was asked for.
  var contentHash: ContentHash? { hasher?.finish() }

  /// Appends the next bytes to a window, about `count` of them where there are as many. Several
  /// threads read, and hash what they read, and count its quotes, while it is in their caches; this
  /// one does its own work first.
  mutating func read(
    _ count: Int, into window: inout Window, _ plan: ReadPlan, after own: () -> Void
  ) throws(CSVError) {
    let threads = plan.options.threads
    let start = bytesRead
    let sizes = partSizes(count)
    let offsets = sizes.indices.map { part in sizes[..<part].reduce(start, +) }
    let (source, takesHash) = (source, hasher != nil)
    let read: [(count: Int, leaf: ContentHash?, quotes: Int?)]
    do {
      read = try window.append(parts: sizes, threads: threads, after: own) {
        (part, target) throws(SourceError) -> (count: Int, leaf: ContentHash?, quotes: Int?) in
        let count = try source.read(at: offsets[part], into: &target)
        let isLeaf =
          takesHash && count == ContentHasher.leafBytes
          && offsets[part] % ContentHasher.leafBytes == 0
        return (
          count, isLeaf ? ContentHasher.leaf(target.span) : nil,
          threads > 1 ? plan.quotes(target.span, 0..<target.count) : nil
        )
      }
    } catch { throw CSVError(error) }
    var place = window.count - sizes.reduce(0, +)
    for (size, part) in zip(sizes, read) {
      guard part.count == size else { throw cut(at: bytesRead + part.count) }
      if let leaf = part.leaf {
        hasher?.append(leaf: leaf, count: size)
      } else {
        hasher?.update(window.text.extracting(place..<place + size))
      }
      if let quotes = part.quotes { window.note(quotes: quotes, in: place..<place + size) }
      place += size
      bytesRead += size
    }
  }

  /// About `count` bytes, cut where leaves of the hash begin, or into smaller parts where none is
  /// taken.
  private func partSizes(_ count: Int) -> [Int] {
    let unit = hasher == nil ? 256 << 10 : ContentHasher.leafBytes
    var end = min(bytesRead + count, source.size)
    if end < source.size && end - end % unit > bytesRead { end -= end % unit }
    var sizes: [Int] = []
    var place = bytesRead
    while place < end {
      let next = min(place - place % unit + unit, end)
      sizes.append(next - place)
      place = next
    }
    return sizes
  }

  private func cut(at place: Int) -> CSVError {
    .cannotRead(
      source.name, because: "it ends at byte \(place) of \(source.size)",
      remedy: "It was cut while it was read; run the same command again.")
  }

  /// The next bytes, `count` of them where there are as many.
  mutating func read(_ count: Int) throws(CSVError) -> [UInt8] {
    if isAtEnd { return [] }
    let bytes: [UInt8]
    do {
      bytes = try source.read(at: bytesRead, count: count)
    } catch { throw CSVError(error) }
    guard bytes.count == min(count, source.size - bytesRead) else {
      throw cut(at: bytesRead + bytes.count)
    }
    hasher?.update(bytes.span)
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
