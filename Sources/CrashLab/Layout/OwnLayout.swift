internal import CHarness
package import CrashLabModel
internal import Glibc

/// A child of our own with threads and coroutines made to be looked at.
package struct OwnLayout: Sendable {
  package var threads: Int
  package var coroutines: Int
  /// Bytes; nil for the system's default.
  package var stackSize: Int?
  /// Bytes; nil for the system's default.
  package var guardSize: Int?

  package init(threads: Int, coroutines: Int, stackSize: Int? = nil, guardSize: Int? = nil) {
    self.threads = threads
    self.coroutines = coroutines
    self.stackSize = stackSize
    self.guardSize = guardSize
  }

  private static let coroutineStack = 64 << 10

  /// Makes the child, looks at it and ends it. The calling process must have one thread only.
  package func look(machine: Machine) throws -> Layout {
    try withChild { try Layout.look(at: $0, claims: $1, machine: machine) }
  }

  /// Makes the child, looks at it as often as `body` says, and ends it.
  package func withLooks(on machine: Machine, _ body: (() throws -> Layout) throws -> Void) throws {
    try withChild { process, claims in
      try body { try Layout.look(at: process, claims: claims, machine: machine) }
    }
  }

  private func withChild<Value>(
    _ body: (Int32, [StackRegion.Claim]) throws -> Value
  ) throws -> Value {
    let board = try Board()
    var setup = clab_trial_setup()
    setup.board = board.memory
    var channel: CInt = -1
    var descriptor: CInt = -1
    let child = try system("fork") { clab_fork_trial(&setup, &channel, &descriptor) }
    if child == 0 { live() }
    defer {
      kill(child, SIGKILL)
      while waitpid(child, nil, 0) < 0 && errno == EINTR {}
      close(channel)
      close(descriptor)
    }
    guard case .finished = message(on: channel) else {
      throw SystemError(
        "make", "\(threads) threads and \(coroutines) coroutines", code: EAGAIN,
        for: .makeStacks(told: board.reason))
    }
    return try body(child, board.stackClaims())
  }

  /// Waits for what the child has to say: that everything is made, or that it could not be.
  private func message(on channel: CInt) -> ChildMessage? {
    var ready = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
    while poll(&ready, 1, -1) < 0 { if errno != EINTR { return nil } }
    return withUnsafeTemporaryAllocation(byteCount: ChildMessage.size, alignment: 16) { buffer in
      var sender: pid_t = 0
      let count = clab_receive(channel, buffer.baseAddress, buffer.count, &sender)
      return try? ChildMessage(
        UnsafeRawBufferPointer(rebasing: buffer.prefix(max(0, count))), sender: sender)
    }
  }

  /// The child's own life.
  private func live() -> Never {
    let body = Child()
    _ = clab_arm(CrashCase.Arming([.noAlternateStack, .noHandler]).rawValue)
    var made: [Child.Coroutine] = []
    for number in 0..<coroutines {
      let stack = body.layOutStack(size: OwnLayout.coroutineStack, guardSize: 4096)
      let depth = OwnLayout.coroutineStack / 2 * (number + 1) / coroutines
      let coroutine = body.coroutine(
        "coroutine-\(number + 1)", number: number + 1, on: stack.limit, size: stack.size
      ) {
        touch(depth)
        Child.Coroutine.suspend()
      }
      coroutine.resume()
      made.append(coroutine)
    }
    let started = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    sem_init(started, 0, 0)
    for number in 0..<threads {
      // Each touches another share of its stack, but many together not all of the memory.
      let depth = min((stackSize ?? 8 << 20) / 4 * (number + 1), 256 << 20) / threads
      body.spawn(
        "worker-\(number + 1)", stackSize: stackSize, guardSize: guardSize,
        arming: [.noAlternateStack, .noHandler]
      ) {
        touch(depth)
        sem_post(started)
        while true { pause() }
      }
    }
    for _ in 0..<threads { while sem_wait(started) != 0 {} }
    // Parks here until it was looked at.
    withExtendedLifetime(made) { clab_finish(0) }
  }
}

/// Recurses until so many bytes of the stack were used.
@inline(never)
private func touch(_ bytes: Int) {
  withUnsafeTemporaryAllocation(byteCount: 960, alignment: 16) { memory in
    memory[Child.opaque(0)] = 1
    if bytes > 1024 { touch(bytes - 1024) }
    _ = Child.opaque(Int(memory[Child.opaque(0)]))
  }
}
