import Bytes

/// Texts end to end in one buffer.
///
/// Invariant: `offsets` has one entry more than there are texts, starts with 0, never falls, and
/// ends with `bytes.count`. Every text is valid UTF-8.
package struct TextVector: Sendable, Hashable {
  package private(set) var offsets: [UInt32]
  package private(set) var bytes: [UInt8]

  package init() {
    offsets = [0]
    bytes = []
  }

  /// Takes buffers that hold the invariant; only the geometry is checked here.
  package init(offsets: [UInt32], bytes: [UInt8]) {
    precondition(offsets.first == 0 && offsets.last == UInt32(bytes.count), "offsets span the text")
    self.offsets = offsets
    self.bytes = bytes
  }

  package init(_ texts: some Sequence<String>) {
    self.init()
    for text in texts { append(text) }
  }

  package var count: Int { offsets.count - 1 }

  /// How much memory the texts take.
  package var byteCount: Int { bytes.count + offsets.count * 4 }

  package func range(_ index: Int) -> Range<Int> {
    Int(offsets[index])..<Int(offsets[index + 1])
  }

  package subscript(index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

  /// The texts from one on.
  package func suffix(from first: Int) -> TextVector {
    if first == 0 { return self }
    let start = offsets[first]
    return TextVector(
      offsets: offsets[first...].map { $0 - start }, bytes: Array(bytes[Int(start)...]))
  }

  package mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    closeText()
  }

  package mutating func append(_ text: ArraySlice<UInt8>) {
    bytes.append(contentsOf: text)
    closeText()
  }

  package mutating func append(_ text: Span<UInt8>) {
    bytes.append(copying: text)
    closeText()
  }

  /// Appends texts end to end, with the place behind each of them.
  mutating func append(_ texts: [UInt8], ends: some Collection<UInt32>) {
    let size = bytes.count + texts.count
    precondition(size <= Int(UInt32.max), "a text vector holds less than 4 GiB")
    bytes.append(contentsOf: texts)
    offsets.append(contentsOf: ends)
    precondition(offsets.last == UInt32(bytes.count), "offsets span the text")
  }

  package mutating func reserve(texts: Int, bytes count: Int) {
    offsets.reserveCapacity(texts + 1)
    bytes.reserveCapacity(count)
  }

  private mutating func closeText() {
    precondition(bytes.count <= Int(UInt32.max), "a text vector holds less than 4 GiB")
    offsets.append(UInt32(bytes.count))
  }
}
