import Bytes
import Testing

@Suite struct `A parallel map` {
  struct Refusal: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 3, 8])
  func `keeps the order of its parts for any number of threads`(threads: Int) throws {
    for count in [0, 1, 2, 7, 1000] {
      let squares = Parallel.map(count: count, threads: threads) { $0 * $0 }
      #expect(squares == (0..<count).map { $0 * $0 })
    }
  }

  @Test(arguments: [1, 2, 8])
  func `begins after the own work of its thread`(threads: Int) {
    var hasWorked = false
    for count in [0, 1, 40] {
      let own = { hasWorked.toggle() }
      let squares = Parallel.map(count: count, threads: threads, after: own) { $0 * $0 }
      #expect(squares == (0..<count).map { $0 * $0 })
    }
    #expect(hasWorked)
  }

  @Test(arguments: [1, 2, 8])
  func `throws the failure of the smallest index that failed`(threads: Int) {
    for failing in [0, 3, 99] {
      #expect(throws: Refusal(index: failing)) {
        try Parallel.map(count: 100, threads: threads) { index throws(Refusal) -> Int in
          if index >= failing { throw Refusal(index: index) }
          return index
        }
      }
    }
  }

  @Test func `runs every index exactly once`() {
    final class Counts: Sendable { let seen = Lock([Int](repeating: 0, count: 5000)) }
    let counts = Counts()
    _ = Parallel.map(count: 5000, threads: 4) { index in counts.seen.withLock { $0[index] += 1 } }
    #expect(counts.seen.withLock { $0.allSatisfy { $0 == 1 } })
  }

  /// Threads that wait for the next round are awake at first and sleep later.
  @Test func `goes on round after round, with pauses and without`() {
    for round in 0..<3000 {
      if round % 500 == 0 { Clock.sleep(milliseconds: 3) }
      let sums = Parallel.map(count: 5, threads: 3) { $0 + round }
      #expect(sums == (0..<5).map { $0 + round })
    }
  }

  @Test func `may stand in another one`() {
    let rows = Parallel.map(count: 20, threads: 4) { row in
      Parallel.map(count: 30, threads: 3) { row * $0 }
    }
    #expect(rows == (0..<20).map { row in (0..<30).map { row * $0 } })
  }
}
