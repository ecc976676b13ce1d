import Glibc

/// The environment variables of the process: their only door.
package enum Environment {
  /// The value of the variable called `name`, where it is set and not empty.
  package static func value(of name: String) -> String? {
    // SAFETY: nothing in this process sets variables, so the text that `getenv` returns stands
    // while it is copied.
    guard let text = unsafe getenv(name) else { return nil }
    let value = unsafe String(cString: text)
    return value.isEmpty ? nil : value
  }
}
