extension StackRegion {
  /// A stack that a process said it has. Where it lies is a claim; the guard is not: it is looked
  /// for in the kernel's own account.
  package struct Claim: Sendable, Equatable {
    package var kind: StackKind
    package var name: String
    package var number: Int?
    package var thread: Int32?
    package var low: Address
    package var high: Address
    /// Bytes of guard that a thread's attributes tell; 0 if there are none.
    package var guardAskedFor: UInt64

    package init(
      kind: StackKind, name: String, number: Int? = nil, thread: Int32? = nil, low: Address,
      high: Address, guardAskedFor: UInt64 = 0
    ) {
      self.kind = kind
      self.name = name
      self.number = number
      self.thread = thread
      self.low = low
      self.high = high
      self.guardAskedFor = guardAskedFor
    }

    /// Whether a stack pointer is this stack's, also after it has left it by an overflow.
    package func isNear(_ pointer: Address) -> Bool {
      pointer <= high && pointer.value.addingReportingOverflow(1 << 20).partialValue >= low.value
    }
  }

  /// The stacks of a process: the claims that the mappings bear out, and the main stack, which the
  /// mappings name themselves.
  ///
  /// - Parameters:
  ///   - mappings: in ascending order.
  ///   - installedGuards: what pagemap shows as guarded by MADV_GUARD_INSTALL.
  ///   - limits: what the kernel allows the main stack.
  package static func find(
    claims: [Claim], mappings: [Mapping], installedGuards: [Range<Address>],
    limits: MainStackLimits
  ) -> [StackRegion] {
    var regions: [StackRegion] = []
    if let stack = mappings.last(where: { $0.path == "[stack]" }) {
      regions.append(main(stack, limits: limits))
    }
    for claim in claims where claim.kind != .main && claim.low < claim.high {
      guard let top = mappings.holding(Address(claim.high.value - 1)), top.path != "[stack]" else {
        continue
      }
      regions.append(
        StackRegion(
          kind: claim.kind, name: claim.name, number: claim.number, thread: claim.thread,
          low: claim.low, high: claim.high,
          guard: Guard.below(
            claim.low, askedFor: claim.guardAskedFor, mappings: mappings,
            installedGuards: installedGuards)))
    }
    return regions
  }

  /// A stack that the kernel tells of: what was only found there, and may be any code's, is this one.
  package static func adding(
    _ told: Claim, to found: [StackRegion], mappings: [Mapping]
  ) -> [StackRegion] {
    let known = find(
      claims: [told], mappings: mappings, installedGuards: [],
      limits: MainStackLimits(soft: nil, gap: 0)
    ).filter { $0.kind == told.kind }
    if known.isEmpty { return found }
    return found.filter {
      $0.kind != .coroutine || $0.high <= told.low || told.high <= $0.low
    } + known
  }

  private static func main(_ mapping: Mapping, limits: MainStackLimits) -> StackRegion {
    // mm/mmap.c, acct_stack_growth: the whole mapping may not become larger than the soft limit. What
    // it had grown to before the limit was lowered stays.
    let grown = mapping.high.value - mapping.low.value
    let size = max(limits.soft ?? grown, grown)
    let low = Address(mapping.high.value > size ? mapping.high.value - size : 0)
    let gap = min(limits.gap, low.value)
    return StackRegion(
      kind: .main, name: "main", low: low, high: mapping.high,
      guard: Guard(low: Address(low.value - gap), high: low, kind: .kernelGap),
      isLimitKnown: limits.soft != nil || !limits.isTold)
  }
}

/// What the kernel allows the main stack of a process.
package struct MainStackLimits: Sendable, Equatable {
  /// RLIMIT_STACK's soft limit in bytes, rounded down to pages; nil if unlimited, or not told.
  package var soft: UInt64?
  /// A dump does not tell of limits: its main stack is at least as large as what it has of it.
  package var isTold: Bool
  /// The distance kept to the mapping below, in bytes.
  package var gap: UInt64

  package init(soft: UInt64?, gap: UInt64, isTold: Bool = true) {
    self.isTold = isTold
    self.soft = soft
    self.gap = gap
  }

  /// RLIMIT_STACK's soft limit in the text of /proc/PID/limits, in bytes; nil if it is unlimited.
  package static func soft(inLimits text: String) -> UInt64? {
    softLimit(named: "Max stack size", in: text)
  }
}

/// A soft limit whose name has three words, in the text of /proc/PID/limits (fs/proc/base.c,
/// proc_pid_limits); nil if it is unlimited, or not there.
package func softLimit(named name: String, in text: String) -> UInt64? {
  text.split(separator: "\n").first { $0.hasPrefix(name) }?
    .split(separator: " ").dropFirst(3).first.flatMap { UInt64($0) }
}

extension Guard {
  /// What guards a stack whose limit is this: anonymous memory that may not be written or any memory
  /// that permits nothing, directly below it, or pages that pagemap shows as guarded.
  ///
  /// A guard is one mapping, and what lies below it is somebody else's, even without access. Only
  /// where more was asked for does it go on: glibc extends the guard of a cached stack by memory
  /// that was the stack's, and the kernel accounts for that apart.
  package static func below(
    _ limit: Address, askedFor: UInt64, mappings: [Mapping], installedGuards: [Range<Address>]
  ) -> Guard {
    guard limit.value > 0 else { return .none(below: limit) }
    let last = Address(limit.value - 1)
    if let installed = installedGuards.first(where: { $0.contains(last) }) {
      return Guard(low: installed.lowerBound, high: limit, kind: .madvise)
    }
    guard let nearest = mappings.holding(last), nearest.mayGuard else {
      return .none(below: limit)
    }
    var low = nearest.low
    while limit.value - low.value < askedFor, low.value > 0,
      let piece = mappings.holding(Address(low.value - 1)), piece.mayGuard
    {
      low = piece.low
    }
    return Guard(low: low, high: limit, kind: .mapping)
  }
}

extension Mapping {
  /// Memory of nobody that may not be written; or of a file, a device or a name, that permits nothing.
  fileprivate var mayGuard: Bool {
    path.isEmpty
      ? !permissions.contains(.write)
      : permissions.isDisjoint(with: [.read, .write, .execute])
  }
}
