import Bytes

/// The text of a source from its start to its end: decompressed, in UTF-8, without the lines at its
/// end that the dialect skips.
struct Input: Sendable {
  private var form: Form
  private var transcoder: Transcoder?
  private var trailer: Trailer?
  private(set) var isAtEnd = false
  let name: String

  private enum Form: Sendable {
    case plain(RawInput)
    case gzip(GzipInput)
    case zstd(ZstdInput)
  }

  /// The endings `.gz` and `.zst` of the source's name say how it is compressed.
  init(_ source: any ByteSource, _ dialect: Dialect, takesHash: Bool = false) throws(CSVError) {
    name = source.name
    let raw = RawInput(source, takesHash: takesHash)
    if name.hasSuffix(".gz") {
      form = .gzip(GzipInput(raw))
    } else if name.hasSuffix(".zst") {
      form = .zstd(ZstdInput(raw))
    } else {
      form = .plain(raw)
    }
    transcoder = Transcoder(dialect.encoding)
    trailer = dialect.skipTrailing > 0 ? Trailer(lines: dialect.skipTrailing) : nil
    isAtEnd = source.size == 0
  }

  /// Whether such an input is the bytes of its source as they are, so that a part of it can be read
  /// without what stands before it.
  static func isPlain(_ source: any ByteSource, _ dialect: Dialect) -> Bool {
    let isCompressed = source.name.hasSuffix(".gz") || source.name.hasSuffix(".zst")
    return !isCompressed && Transcoder(dialect.encoding) == nil && dialect.skipTrailing == 0
  }

  private var raw: RawInput {
    switch form {
    case .plain(let raw): raw
    case .gzip(let input): input.raw
    case .zstd(let input): input.raw
    }
  }

  /// Of the source as stored, as far as it was read.
  var contentHash: ContentHash? { raw.contentHash }
  var bytesRead: Int { raw.bytesRead }

  /// Appends the next bytes of the text to a window, about `count` of them. This thread does its
  /// own work first, while others begin to read.
  mutating func read(
    _ count: Int, into window: inout Window, _ plan: ReadPlan, after own: () -> Void
  ) throws(CSVError) {
    guard !isAtEnd, transcoder == nil, trailer == nil, case .plain(var raw) = form else {
      own()
      window.append(try read(count))
      return
    }
    try raw.read(count, into: &window, plan, after: own)
    isAtEnd = raw.isAtEnd
    form = .plain(raw)
  }

  /// The next bytes of the text, about `count` of them; none, where the end is not reached, means
  /// that all of them were held back.
  mutating func read(_ count: Int) throws(CSVError) -> [UInt8] {
    if isAtEnd { return [] }
    var bytes = try decompressed(count)
    if transcoder != nil {
      do {
        bytes = try transcoder?.decode(bytes, isLast: isAtEnd) ?? bytes
      } catch { throw .cannotRead(name, because: error.reason) }
    }
    if trailer != nil { bytes = trailer?.release(bytes, isLast: isAtEnd) ?? bytes }
    return bytes
  }

  private mutating func decompressed(_ count: Int) throws(CSVError) -> [UInt8] {
    switch form {
    case .plain(var raw):
      let bytes = try raw.read(count)
      isAtEnd = raw.isAtEnd
      form = .plain(raw)
      return bytes
    case .gzip(var input):
      // The state is large; what the enumeration holds must not be a second reference to it.
      form = .plain(input.raw)
      let bytes = try input.read(count)
      isAtEnd = input.isAtEnd
      form = .gzip(input)
      return bytes
    case .zstd(var input):
      let bytes = try input.read(count)
      isAtEnd = input.isAtEnd
      form = .zstd(input)
      return bytes
    }
  }
}

/// Holds back the last lines of a text.
struct Trailer: Sendable {
  private let lines: Int
  private var held: [UInt8] = []

  init(lines: Int) { self.lines = lines }

  /// What is surely not among the last lines.
  mutating func release(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    held.append(copying: bytes.span)
    // Before the end, the rest behind the last line break may be a line, or the start of one.
    var breaks = isLast && held.last != 0x0A ? lines : lines + 1
    var place = held.count
    while place > 0 {
      if held[place - 1] == 0x0A {
        breaks -= 1
        if breaks == 0 { break }
      }
      place -= 1
    }
    let released = Array(held[..<place])
    held.removeFirst(place)
    return released
  }
}
