internal import Glibc

/// Calls `body` for every index below `count` and gives what it returned, in order: on several threads
/// of our own, which have ended when this returns. In a fork on this one alone (`OwnProcess.isFork`).
///
/// - Parameters:
///   - few: so many take no longer than to start a thread.
///   - body: may be called by any thread, for several indices at a time.
func onAllProcessors<Value>(_ count: Int, few: Int = 256, _ body: (Int) -> Value) -> [Value] {
  let processors = count < few || OwnProcess.isFork ? 1 : sysconf(Int32(_SC_NPROCESSORS_ONLN))
  return withoutActuallyEscaping(body) { body in
    [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      let results = buffer
      let work = SharedWork(count) { results.initializeElement(at: $0, to: body($0)) }
      work.run(helpers: max(0, min(8, processors) - 1))
      initialized = count
    }
  }
}

/// Work that is shared out: whoever is free takes the next few that nobody has.
private final class SharedWork: @unchecked Sendable {
  private let count: Int
  private let body: (Int) -> Void
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var next = 0

  init(_ count: Int, _ body: @escaping (Int) -> Void) {
    self.count = count
    self.body = body
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func run(helpers: Int) {
    var threads: [pthread_t] = []
    let context = Unmanaged.passUnretained(self).toOpaque()
    for _ in 0..<helpers {
      var thread = pthread_t()
      let error = pthread_create(
        &thread, nil,
        {
          Unmanaged<SharedWork>.fromOpaque($0!).takeUnretainedValue().work()
          return nil
        }, context)
      // The calling thread does whatever is left.
      if error == 0 { threads.append(thread) }
    }
    work()
    for thread in threads { pthread_join(thread, nil) }
  }

  private func work() {
    while let range = take(64) {
      for index in range { body(index) }
    }
  }

  private func take(_ most: Int) -> Range<Int>? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    let range = next..<min(next + most, count)
    next = range.upperBound
    return range.isEmpty ? nil : range
  }
}
