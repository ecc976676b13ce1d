/// Bytes that can be read from any place in them: a file, an object of a store, memory.
package protocol ByteSource: Sendable {
  /// What messages call it.
  var name: String { get }
  var size: Int { get }
  /// The bytes of `offset ..< min(offset + count, size)`.
  func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8]
  /// The same bytes as a part of others, for a source that has them in memory.
  func part(at offset: Int, count: Int) throws(SourceError) -> (bytes: [UInt8], range: Range<Int>)
  /// Reads from `offset` on into memory that is there, until it is full or the source ends; returns
  /// how many bytes were read.
  func read(at offset: Int, into target: inout MutableSpan<UInt8>) throws(SourceError) -> Int
}

extension ByteSource {
  package func read(
    at offset: Int, into target: inout MutableSpan<UInt8>
  ) throws(SourceError) -> Int {
    let bytes = try read(at: offset, count: target.count)
    target.copy(bytes.span)
    return bytes.count
  }

  package func part(
    at offset: Int, count: Int
  ) throws(SourceError) -> (bytes: [UInt8], range: Range<Int>) {
    let bytes = try read(at: offset, count: count)
    return (bytes, bytes.indices)
  }
}

/// A local file as a source.
package struct FileSource: ByteSource {
  package let name: String
  package let size: Int
  private let file: OpenFile

  package init(_ path: String) throws(SourceError) {
    do {
      file = OpenFile(try File(path))
      size = try file.file.size()
    } catch { throw SourceError(error) }
    name = path
  }

  package func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
    do { return try file.file.read(at: offset, count: max(0, min(count, size - offset))) } catch {
      throw SourceError(error)
    }
  }

  package func read(
    at offset: Int, into target: inout MutableSpan<UInt8>
  ) throws(SourceError) -> Int {
    do { return try file.file.read(at: offset, into: &target) } catch { throw SourceError(error) }
  }

  /// Shares the one descriptor between copies of the source.
  private final class OpenFile: Sendable {
    let file: File

    init(_ file: consuming File) { self.file = file }
  }
}

/// Bytes in memory as a source.
package struct MemorySource: ByteSource {
  package let name: String
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8], name: String = "memory") {
    self.bytes = bytes
    self.name = name
  }

  package var size: Int { bytes.count }

  package func read(at offset: Int, count: Int) throws(SourceError) -> [UInt8] {
    Array(bytes[range(offset, count)])
  }

  package func part(
    at offset: Int, count: Int
  ) throws(SourceError) -> (bytes: [UInt8], range: Range<Int>) {
    (bytes, range(offset, count))
  }

  private func range(_ offset: Int, _ count: Int) -> Range<Int> {
    let start = min(offset, bytes.count)
    return start..<min(start + max(0, count), bytes.count)
  }

  package func read(
    at offset: Int, into target: inout MutableSpan<UInt8>
  ) throws(SourceError) -> Int {
    let range = range(offset, target.count)
    target.copy(bytes.span.extracting(range))
    return range.count
  }
}
