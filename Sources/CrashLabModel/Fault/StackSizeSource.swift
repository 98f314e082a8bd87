/// What has set the size of a stack: where to give it another.
package enum StackSizeSource: String, Sendable, Codable {
  /// RLIMIT_STACK, of the main stack.
  case resourceLimit = "resource-limit"
  /// RLIMIT_STACK too, but not as it was when the program started: the program has set it, or
  /// somebody has for it (setrlimit(2), prlimit(2)). What the stack had before a lower limit stays.
  case changedLimit = "changed-resource-limit"
  /// RLIMIT_AS, of the main stack: the process has used it up before the stack reached its own limit.
  case addressSpaceLimit = "address-space-limit"
  /// The C library's default for threads: RLIMIT_STACK when the program was started.
  case threadDefault = "thread-default"
  /// pthread_attr_setstacksize(3): it is not the default.
  case threadAttribute = "thread-attribute"
  /// One of the two before: the limit is not known.
  case thread
  /// musl's default for threads.
  case musl
  /// OMP_STACKSIZE.
  case openMP = "openmp"
  /// Rust's std::thread: RUST_MIN_STACK, or the Builder.
  case rust
  /// Java's -Xss.
  case java
  /// Whoever has made the coroutine.
  case coroutine
  /// sigaltstack(2).
  case alternateStack = "alternate-stack"
}

extension StackSizeSource {
  package enum ResourceLimit: Sendable, Equatable {
    case unknown
    case unlimited
    /// Bytes.
    case soft(UInt64)

    /// Nil if there is none, or none is known.
    package var bytes: UInt64? {
      if case .soft(let bytes) = self { bytes } else { nil }
    }
  }

  /// Nil for a fault that is no overflow, and where nobody knows whose stack it was. Pure.
  ///
  /// - Parameters:
  ///   - images: paths of what is mapped.
  ///   - limit: RLIMIT_STACK at the program's start.
  package static func judge(
    _ site: FaultSite, images: some Sequence<String>, limit: ResourceLimit
  ) -> StackSizeSource? {
    guard site.isOverflow, let owner = site.owner else { return nil }
    switch owner.kind {
    case .main: return ofMain(size: site.stackSize, limit: limit)
    case .coroutine: return .coroutine
    case .alternateStack: return .alternateStack
    case .thread:
      return ofThread(
        size: site.stackSize, guard: site.guard?.size ?? 0, images: images, limit: limit)
    }
  }

  /// Of a main stack, whose limit is rounded down to pages.
  ///
  /// - Parameter limit: at the program's start.
  package static func ofMain(size: Int?, limit: ResourceLimit) -> StackSizeSource {
    // Beyond half of what can be addressed the stack is as large as there is room.
    guard let size, let bytes = limit.bytes, bytes < 1 << 46 else { return .resourceLimit }
    return (0..<largestPage).contains(Int(bytes) - size) ? .resourceLimit : .changedLimit
  }

  /// Two sizes are the default's: with the guard in them, or beside them (glibc has done both).
  ///
  /// - Returns: nil if the size is not known.
  package static func ofThread(
    size: Int?, guard: Int, images: some Sequence<String>, limit: ResourceLimit
  ) -> StackSizeSource? {
    guard let size else { return nil }
    let sizes = [size, size.plus(`guard`)]
    let isDefaultOfMusl = muslDefaults.contains(size)
    if images.contains(where: isMusl) { return isDefaultOfMusl ? .musl : .threadAttribute }
    // A static program does not say which library it has in it: the guard is musl's, too.
    if !images.contains(where: isLibrary), isDefaultOfMusl, `guard` == muslGuard { return .musl }
    switch limit {
    case .unknown: return .thread
    case .unlimited: return sizes.contains(unlimitedDefault) ? .threadDefault : .threadAttribute
    case .soft(let bytes):
      return sizes.contains(Int(clamping: bytes)) ? .threadDefault : .threadAttribute
    }
  }

  /// The library whose function was a thread's first; nil if it is none that sets sizes itself.
  ///
  /// - Parameter frames: of the thread, with their names.
  package static func maker(of frames: [UnwindReport.Frame]) -> StackSizeSource? {
    let outermost = frames.suffix(5)
    if outermost.contains(where: {
      // `std::sys::pal::unix::thread::Thread::new::thread_start`, since Rust 1.95 with `<` before it.
      $0.symbol?.drop { $0 == "<" }.hasPrefix("std::sys::") == true
        && $0.symbol?.contains("thread_start") == true
    }) {
      return .rust
    }
    // The C library calls the thread's function from here.
    guard let start = outermost.firstIndex(where: { $0.symbol == "start_thread" }),
      start > outermost.startIndex
    else { return nil }
    return maker(image: outermost[start - 1].image ?? "")
  }

  /// The same by the image that a thread's first function is of.
  package static func maker(image path: String) -> StackSizeSource? {
    let image = path.split(separator: "/").last ?? ""
    if ["libgomp.so", "libomp.so", "libiomp5.so"].contains(where: image.hasPrefix) {
      return .openMP
    }
    return image.hasPrefix("libjvm.so") ? .java : nil
  }

  /// Whether an image is musl's C library. Debian installs it as a file of another name.
  package static func isMusl(image path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("ld-musl-") || name.hasPrefix("libc.musl-")
      || name == "libc.so" && path.contains("musl")
  }

  private static func isLibrary(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return name.hasPrefix("libc.so") || name.hasPrefix("libc-") || name.hasPrefix("ld-linux")
  }

  /// musl, src/internal/pthread_impl.h, DEFAULT_STACK_SIZE; the thread's block and its thread-local
  /// storage come on top, a page where the program has little of its own (src/thread/pthread_create.c).
  private static let muslDefaults = 131_072...135_168
  /// DEFAULT_GUARD_SIZE.
  private static let muslGuard = 8192
  /// arm64 has pages of 4, 16 and 64 KiB.
  private static let largestPage = 64 << 10
  /// glibc, sysdeps/x86_64/nptl/pthreaddef.h, ARCH_STACK_DEFAULT_SIZE.
  private static let unlimitedDefault = 2 << 20
}
