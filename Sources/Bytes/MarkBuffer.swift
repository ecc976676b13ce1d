/// Room for the places that a tokenizer finds, made once and filled again for each block.
///
/// Invariant: `start` points to `capacity` places of which the first `count` are initialized, and
/// is freed by `deinit` only.
@safe
package struct MarkBuffer: ~Copyable {
  private let start: UnsafeMutablePointer<UInt32>
  private let capacity: Int
  package private(set) var count = 0

  package init(capacity: Int) {
    self.capacity = capacity
    // SAFETY: memory for `capacity` places; it is freed in `deinit`.
    unsafe start = .allocate(capacity: capacity)
  }

  // SAFETY: the pointer came from `allocate`, and `UInt32` needs no destruction.
  deinit { unsafe start.deallocate() }

  package mutating func removeAll() { count = 0 }

  package mutating func append(_ mark: UInt32) {
    precondition(count < capacity, "a mark buffer has room for what is put in")
    // SAFETY: `count` is below the capacity.
    unsafe start.advanced(by: count).initialize(to: mark)
    count += 1
  }

  /// Appends what `body` writes: it gets the place behind the last mark with room for `reserve`
  /// marks, and returns how many of them it has written.
  mutating func append(reserve: Int, _ body: (UnsafeMutablePointer<UInt32>) -> Int) {
    precondition(count + reserve <= capacity, "a mark buffer has room for what is put in")
    // SAFETY: `reserve` places from `count` on are within the capacity.
    let added = unsafe body(start.advanced(by: count))
    precondition(added <= reserve, "no more marks than there was room for")
    count += added
  }

  package var span: Span<UInt32> {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: the first `count` places are initialized, and the span cannot outlive the borrow of
      // the buffer, which owns them.
      let span = unsafe Span(_unsafeStart: start, count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
