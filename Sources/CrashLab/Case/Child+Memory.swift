internal import CHarness
internal import CrashLabModel
internal import Glibc

extension Child {
  /// A stack that a case has laid out itself: [below][guard][stack].
  public struct StackLayout: @unchecked Sendable {
    /// The lowest usable byte.
    public let limit: UnsafeMutableRawPointer
    public let size: Int
    public let guardSize: Int
    public let belowSize: Int

    /// The lowest byte of what lies below the guard.
    public var below: UnsafeMutableRawPointer { limit - guardSize - belowSize }
  }
}

extension Child {
  /// Stacks of one size laid end to end, each with a page of guard below it.
  public struct StackPool: @unchecked Sendable {
    fileprivate let low: UnsafeMutableRawPointer
    /// Of each stack, in bytes.
    public let size: Int

    fileprivate static let guardSize = 4096

    /// The lowest usable byte of a stack, counted from 0 and from below.
    public func limit(of index: Int) -> UnsafeMutableRawPointer {
      low + index * (Child.StackPool.guardSize + size) + Child.StackPool.guardSize
    }
  }
}

extension Child {
  /// What a case wants below the guard of a stack.
  public enum Below: Sendable { case memory, hole }

  /// Lays out a stack in one piece of memory: the kernel's choice of place would not repeat.
  public func layOutStack(
    size: Int, guardSize: Int = 4096, below belowSize: Int = 0, of kind: Below = .memory
  ) -> Child.StackLayout {
    guard let limit = clab_map_stack(belowSize, kind == .hole, guardSize, size) else {
      giveUp("no memory for a stack")
    }
    return Child.StackLayout(limit: limit, size: size, guardSize: guardSize, belowSize: belowSize)
  }

  /// Lays out many guarded stacks; each guard is one more mapping (vm.max_map_count).
  public func layOutGuardedStacks(count: Int, size: Int) -> Child.StackPool {
    let whole = layOutStack(size: count * (Child.StackPool.guardSize + size), guardSize: 0)
    let pool = Child.StackPool(low: whole.limit, size: size)
    for index in 0..<count {
      let guardLow = pool.limit(of: index) - Child.StackPool.guardSize
      if mprotect(guardLow, Child.StackPool.guardSize, PROT_NONE) != 0 {
        let error = errno
        skipForWantOfMappings(2 * count)
        giveUp("guard \(index + 1) of \(count) could not be made", error)
      }
    }
    return pool
  }

  /// Ends the trial if this machine permits fewer mappings (vm.max_map_count).
  private func skipForWantOfMappings(_ needed: Int) {
    let line = readSmallFile("/proc/sys/vm/max_map_count")?.split(separator: "\n").first
    if let most = line.flatMap({ Int($0) }), most < needed + 100 {
      skip("\(needed) mappings are needed, and vm.max_map_count permits \(most)")
    }
  }

  /// The calling thread's stack: its limit, and its size in bytes.
  public func ownStack() -> (limit: UnsafeMutableRawPointer, size: Int) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    let error = clab_current_stack(&low, &high)
    guard error == 0, let limit = UnsafeMutableRawPointer(bitPattern: UInt(low)) else {
      giveUp("a thread's stack could not be found", error)
    }
    return (limit, Int(high - low))
  }

  /// Bytes of the calling thread's stack that were ever touched, in whole pages.
  public func stackTouched() -> Int { clab_stack_touched() }

  /// Makes memory fault that stays mapped as it was: MADV_GUARD_INSTALL.
  public func installGuard(at low: UnsafeMutableRawPointer, size: Int) {
    let error = clab_install_guard(low, size)
    if error != 0 { giveUp("MADV_GUARD_INSTALL", error) }
  }

  /// Fills memory with a pattern that nobody may change.
  ///
  /// - `limit`: of the stack that may run into it.
  public func canary(
    _ what: String, of owner: String, at low: UnsafeMutableRawPointer, size: Int,
    below limit: UnsafeMutableRawPointer?
  ) {
    _ = clab_note_canary(what, owner, low, size, limit)
  }

  /// Makes a coroutine on the given stack and notes its stack under this name.
  public func coroutine(
    _ name: String, number: Int = 1, on stack: UnsafeMutableRawPointer, size: Int,
    body: @escaping () -> Void
  ) -> Child.Coroutine {
    clab_note_stack(CLAB_STACK_COROUTINE, 0, UInt64(number), name, stack, stack + size)
    return Child.Coroutine(stack: stack, size: size, body: body)
  }
}

extension Child {
  /// A stackful coroutine on the harness's own switch.
  public final class Coroutine {
    private let memory: UnsafeMutablePointer<clab_coroutine>
    private let body: () -> Void

    init(stack: UnsafeMutableRawPointer, size: Int, body: @escaping () -> Void) {
      memory = .allocate(capacity: 1)
      self.body = body
      let context = Unmanaged.passUnretained(self).toOpaque()
      clab_coroutine_init(
        memory, stack, size,
        { Unmanaged<Child.Coroutine>.fromOpaque($0!).takeUnretainedValue().body() }, context)
    }

    /// Runs it until it suspends or ends.
    public func resume() { _ = clab_coroutine_resume(memory) }

    /// Goes back to whoever resumed the running coroutine.
    public static func suspend() { clab_coroutine_suspend() }
  }
}
