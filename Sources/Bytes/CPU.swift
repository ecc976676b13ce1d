import CKernels
import Glibc

/// Which variants of the compiled kernels run: the door to the processor's abilities.
///
/// The environment variable `GROOVE_CPU` names a lower one than the processor has, so that every
/// variant can be tested on one machine: `swift`, `sse2` (the baseline, also where there is no
/// SSE2), `avx2` or `avx512`.
package enum CPU {
  package enum Level: Int, Sendable, Comparable, CaseIterable {
    /// No kernel of C at all: the Swift twins.
    case swift = 0
    /// What every processor of the platform can do.
    case baseline = 1
    case avx2 = 2
    case avx512 = 3

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// What the processor can do.
  package static let best: Level = Level(rawValue: Int(groove_cpu_level())) ?? .baseline

  /// What is to be used: the best, or what the environment asks for if that is less.
  package static let level: Level = {
    // SAFETY: the name is NUL-terminated for the call, and the value is copied at once.
    let wish = unsafe getenv("GROOVE_CPU").map { unsafe String(cString: $0) }
    switch wish {
    case "swift": return .swift
    case "sse2": return .baseline
    case "avx2": return min(best, .avx2)
    default: return best
    }
  }()

  /// The levels this machine can run, for tests that force each.
  package static var available: [Level] { Level.allCases.filter { $0 <= best } }
}
