import Bytes
import Testing

@Suite struct `A lock` {
  private final class Counter: Sendable {
    let count = Lock(0)
    let texts = Lock<[String]>([])
  }

  struct Refusal: Error, Equatable {}

  @Test func `lets one thread at a time change its value`() {
    let counter = Counter()
    Parallel.run(on: 4) {
      for _ in 0..<50_000 {
        // Without the lock, additions of two threads would fall together.
        counter.count.withLock { count in count = count &* 1 + 1 }
      }
      counter.texts.withLock { $0.append("done") }
    }
    #expect(counter.count.withLock { $0 } == 200_000)
    #expect(counter.texts.withLock { $0 } == Array(repeating: "done", count: 4))
  }

  @Test func `is free again after its closure throws`() {
    let lock = Lock([1])
    #expect(throws: Refusal()) {
      try lock.withLock { (value) throws(Refusal) in
        value.append(2)
        throw Refusal()
      }
    }
    #expect(lock.withLock { $0 } == [1, 2])
  }

  @Test func `lets go of its value when it ends`() {
    final class Owned: Sendable {}
    weak var seen: Owned?
    do {
      let owned = Owned()
      seen = owned
      let lock = Lock<Owned?>(owned)
      #expect(lock.withLock { $0 != nil })
    }
    #expect(seen == nil)
  }
}
