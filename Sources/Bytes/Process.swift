import Glibc

/// What the process is and how it ends.
package enum Process {
  /// Ends the process at once with `status`.
  package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
