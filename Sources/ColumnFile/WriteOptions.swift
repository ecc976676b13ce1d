/// How a file is written. The defaults are right for data; tests force small sizes.
package struct WriteOptions: Sendable {
  /// A block is closed at this many rows, at most 65,536.
  package var blockRows = Format.blockRows
  /// A block is closed earlier when its pending values take this much memory.
  package var blockBytes = 64 << 20
  /// The zstd level of pages, and of texts, which gain more from a higher one.
  package var level = 1
  package var textLevel = 3
  /// A column of texts gets no dictionary of its own when that would hold more texts than this.
  package var dictionaryTexts = 4 << 20
  /// How many blocks wait for each other, so that what columns follow and how often values come is
  /// learned before it is used.
  package var window = 8
  /// How many threads share the columns of a window. The bytes do not depend on it.
  package var threads = 1
  /// Whether rows may change places within their block, which the rows of a table without an order
  /// may: it is done where it makes the file smaller.
  package var mayReorder = false

  package init() {}
}
