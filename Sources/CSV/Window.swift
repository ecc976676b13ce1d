import Bytes

/// The part of the decoded input that is at hand.
///
/// Invariant: behind the text there are `padding` zeros, so that loads of several bytes may begin
/// at any byte of the text.
struct Window: Sendable {
  static let padding = 32
  private var storage = [UInt8](repeating: 0, count: padding)

  /// The bytes of text.
  var count: Int { storage.count - Self.padding }

  /// The text and the padding.
  var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { storage.span }
  }

  /// The text alone.
  var text: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { storage.span.extracting(0..<count) }
  }

  mutating func append(_ piece: [UInt8]) {
    if piece.isEmpty { return }
    storage.removeLast(Self.padding)
    storage.append(copying: piece.span)
    for _ in 0..<Self.padding { storage.append(0) }
  }

  /// Drops bytes at the start.
  mutating func removeFirst(_ count: Int) { storage.removeFirst(count) }
}
