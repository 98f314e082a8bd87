/// What the machine is: the facts that a report must be read with.
public struct Machine: Sendable, Codable, Equatable {
  /// `Linux 6.18.44`
  public var kernel: String
  /// `glibc 2.36`
  public var libc: String
  public var cpu: String
  public var architecture: String
  public var cores: Int
  /// Bytes.
  public var pageSize: Int
  /// RLIMIT_STACK's soft limit, bytes; null if unlimited.
  @Nullable public var stackLimit: Int?
  /// stack_guard_gap, bytes.
  public var stackGuardGap: Int
  /// Bytes of the smallest signal stack that the kernel accepts (AT_MINSIGSTKSZ).
  public var minimumSignalStack: Int
  /// Addresses below are never mapped (vm.mmap_min_addr).
  public var lowestMappable: Address
  /// How the C library guards the stack of a thread here; null if that could not be tried.
  @Nullable public var threadGuard: Guard.Kind?
  /// Whether a thread on a stack that another had before gets a guard as small as it asks for; null if
  /// that could not be tried.
  @Nullable public var shrinksCachedGuards: Bool?
  /// Whether functions that the C library does not export have names: its debug symbols are there.
  /// Null where nobody has looked.
  @Nullable public var librarySymbols: Bool?
  /// `Swift 6.3`
  public var swift: String
  /// `debug` or `release`
  public var build: String

  package init(
    kernel: String, libc: String, cpu: String, architecture: String, cores: Int, pageSize: Int,
    stackLimit: Int?, stackGuardGap: Int, minimumSignalStack: Int, lowestMappable: Address,
    threadGuard: Guard.Kind?, shrinksCachedGuards: Bool?, librarySymbols: Bool?, swift: String,
    build: String
  ) {
    self.kernel = kernel
    self.libc = libc
    self.cpu = cpu
    self.architecture = architecture
    self.cores = cores
    self.pageSize = pageSize
    self.stackLimit = stackLimit
    self.stackGuardGap = stackGuardGap
    self.minimumSignalStack = minimumSignalStack
    self.lowestMappable = lowestMappable
    self.threadGuard = threadGuard
    self.shrinksCachedGuards = shrinksCachedGuards
    self.librarySymbols = librarySymbols
    self.swift = swift
    self.build = build
  }

  /// Bytes of the smallest guard, other than none, that the C library makes for a thread (glibc,
  /// nptl/allocatestack.c: ARCH_MIN_GUARD_SIZE).
  package var leastThreadGuard: Int {
    architecture == "aarch64" && libc.hasPrefix("glibc") ? max(pageSize, 64 << 10) : pageSize
  }

  /// Major and minor, 0 where it can't be read.
  package var kernelVersion: (Int, Int) {
    let numbers = kernel.split { !$0.isNumber }.prefix(2).map { Int($0) ?? 0 }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : (0, 0)
  }

  /// A core dump ends every process that shares the memory, and not only the thread group that
  /// crashed: fs/coredump.c until Linux 5.16.
  package var dumpEndsSharers: Bool { kernelVersion < (5, 16) }

  /// What the kernel allows the main stack of a process with this soft limit.
  package func mainStackLimits(soft: UInt64?) -> MainStackLimits {
    let pageMask = ~UInt64(pageSize - 1)
    return MainStackLimits(soft: soft.map { $0 & pageMask }, gap: UInt64(stackGuardGap))
  }
}
