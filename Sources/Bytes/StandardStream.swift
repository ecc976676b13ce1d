import Glibc

/// The standard output and error of the process: their only door.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case error = 2

  /// Whether a person is looking.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The width of the terminal in columns, where there is one.
  package var terminalWidth: Int? {
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills one `winsize`, which `size` is.
    guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all of `bytes`. A reader that went away is the error `isBrokenPipe`.
  package func write(_ bytes: Span<UInt8>) throws(SystemError) {
    var failure: Int32 = 0
    // SAFETY: the buffer is the span's own memory and is only read during the closure.
    unsafe bytes.withUnsafeBufferPointer { buffer in
      var done = 0
      while done < buffer.count {
        let put = unsafe Glibc.write(
          rawValue, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if put >= 0 {
          done += put
        } else if errno == EAGAIN {
          // The other end set the shared descriptor to non-blocking: wait until it takes more.
          var poll = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
          _ = unsafe Glibc.poll(&poll, 1, -1)
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else {
      throw SystemError(
        "cannot write to", self == .output ? "standard output" : "standard error",
        code: failure)
    }
  }
}

extension SystemError {
  /// Whoever read what was written has stopped reading.
  package var isBrokenPipe: Bool { code == EPIPE }
}
