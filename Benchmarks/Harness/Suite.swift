/// The benchmarks of one module: a name and what to measure.
///
/// A suite stands in a file of its own in `Benchmarks/Suites`, as `extension Suite { static let
/// csv = Suite("csv") { bench in … } }`, and in the list `Suite.all`.
struct Suite: Sendable {
  let name: String
  let run: @Sendable (Measurement) throws -> Void

  init(_ name: String, _ run: @escaping @Sendable (Measurement) throws -> Void) {
    self.name = name
    self.run = run
  }
}
