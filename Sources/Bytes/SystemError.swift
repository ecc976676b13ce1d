import Glibc

/// The operating system refused something.
package struct SystemError: Explained, Sendable {
  /// The system's number for the reason.
  package let code: Int32
  package let explanation: Explanation

  package init(_ action: String, _ subject: String, code: Int32) {
    self.code = code
    explanation = Explanation(
      action, subject, because: Self.reason(of: code), remedy: Self.remedy(for: code))
  }

  /// Nothing stands at `path`.
  package static func missing(_ action: String, _ path: String) -> SystemError {
    SystemError(action, path, code: ENOENT)
  }

  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  package var alreadyExists: Bool { code == EEXIST }
  package var isOtherFileSystem: Bool { code == EXDEV }

  private static func reason(of code: Int32) -> String {
    // SAFETY: `strerror` returns a NUL-terminated text that lives until the next call in this
    // thread; it is copied at once.
    unsafe String(cString: strerror(code))
  }

  private static func remedy(for code: Int32) -> String {
    switch code {
    case ENOENT: "Check the path."
    case EISDIR: "Name the files in it."
    case EACCES, EPERM: "Check who owns it and its permissions."
    case ENOSPC, EDQUOT: "Free some space and run the same command again."
    case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)."
    default: ""
    }
  }
}
