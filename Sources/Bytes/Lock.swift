import Glibc

/// A value that one thread at a time may see, with the shape of `Synchronization.Mutex`.
///
/// It stands on the system's mutex, since ThreadSanitizer follows that and reports a race wherever
/// a value is guarded by what it does not know.
///
/// Invariant: `mutex` is initialized and `value` holds a value until `deinit`; the value is only
/// touched by the thread that holds the mutex.
// SAFETY: by the invariant no two threads touch the value at once, and what leaves the closure is
// `Sendable` as the value is, or was made by the thread itself.
@safe package struct Lock<Value: Sendable & ~Copyable>: ~Copyable, @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  @usableFromInline let value: UnsafeMutablePointer<Value>

  package init(_ initial: consuming Value) {
    // SAFETY: both places are freshly allocated, are initialized once here, and stay where they are
    // until `deinit` frees them; a mutex must not move.
    unsafe mutex = .allocate(capacity: 1)
    let status = unsafe pthread_mutex_init(mutex, nil)
    precondition(status == 0, "a mutex without attributes takes nothing that could be missing")
    unsafe value = .allocate(capacity: 1)
    unsafe value.initialize(to: initial)
  }

  deinit {
    // SAFETY: nobody holds the mutex, since whoever does borrows `self`.
    unsafe value.deinitialize(count: 1)
    unsafe value.deallocate()
    _ = unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  /// Calls `body` with the value while no other thread sees it. `body` must not come back here.
  @inlinable package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    acquire()
    defer { release() }
    // SAFETY: the mutex is held, so that this is the only access to the value.
    return try unsafe body(&value.pointee)
  }

  @usableFromInline func acquire() {
    // SAFETY: the mutex is initialized until `deinit`.
    let status = unsafe pthread_mutex_lock(mutex)
    precondition(status == 0, "a mutex that is initialized can be taken")
  }

  @usableFromInline func release() {
    // SAFETY: this thread holds the mutex.
    let status = unsafe pthread_mutex_unlock(mutex)
    precondition(status == 0, "who holds a mutex can let go of it")
  }
}
