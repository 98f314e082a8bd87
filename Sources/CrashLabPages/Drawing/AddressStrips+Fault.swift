internal import CrashLab
internal import CrashLabText

extension AddressStrip {
  /// The strips for a fault, the widest first; empty where there is no address to draw.
  static func strips(for fault: FaultReport, machine: Machine) -> [AddressStrip] {
    guard fault.sender == nil, fault.site.kind != .notAFault, fault.site.kind != .nonCanonical,
      fault.site.kind != .refused
    else { return [] }
    var picture = Picture(fault.address)
    picture.add(fault, machine: machine)
    return picture.strips()
  }

  /// The strips for memory that was overwritten without a fault; empty where no limit is known.
  static func strips(for corruption: Corruption) -> [AddressStrip] {
    guard let below = corruption.belowStackLimit, below > 0 else { return [] }
    let first = corruption.firstAddress
    let limit = first.raised(by: UInt64(below))
    var picture = Picture(first)
    picture.marks = [
      Mark(address: first, style: "fault", label: "lowest changed byte"),
      Mark(address: limit, style: "limit", label: "stack limit"),
    ]
    picture.spans = [Span(low: first, high: limit, label: "overshoot " + bytesInWords(below))]
    picture.interests = [first...limit]
    return picture.strips()
  }

  /// What is to be drawn, before it is decided in which scales.
  private struct Picture {
    var focus: Address
    var regions: [Region] = []
    var marks: [Mark] = []
    var spans: [Span] = []
    /// What must be seen whole in some strip.
    var interests: [ClosedRange<Address>] = []

    init(_ focus: Address) { self.focus = focus }

    mutating func add(_ fault: FaultReport, machine: Machine) {
      marks = [
        Mark(
          address: fault.address, style: "fault", label: fault.access?.rawValue ?? "access"),
        Mark(address: fault.stackPointer, style: "pointer", label: "stack pointer"),
      ]
      regions = (fault.surroundings ?? []).map { Region($0, site: fault.site) }
      if let limit = fault.site.stackLimit {
        add(fault.site, limit: limit, at: fault.address)
      } else if fault.site.kind == .nullPage {
        regions = [
          Region(
            low: Address(0), high: machine.lowestMappable, style: "guard",
            label: "never mapped")
        ]
        interests = [Address(0)...max(machine.lowestMappable, fault.address)]
        spans = [
          Span(
            low: Address(0), high: machine.lowestMappable,
            label: bytesInWords(Int(clamping: machine.lowestMappable.value)))
        ]
      } else if let own = regions.first(where: { $0.low <= focus && focus < $0.high }) {
        interests = [own.low...own.high]
        span(own.low, focus, "")
      } else {
        let below = regions.last { $0.high <= focus }?.high ?? focus.lowered(by: 1 << 20)
        let above = regions.first { $0.low > focus }?.low ?? focus.raised(by: 1 << 20)
        interests = [below...above]
        span(below, focus, "")
        span(focus, above, "")
      }
    }

    private mutating func add(_ site: FaultSite, limit: Address, at address: Address) {
      let top = limit.raised(by: UInt64(clamping: site.stackExtent ?? 0))
      marks.append(Mark(address: limit, style: "limit", label: "stack limit"))
      if let guarding = site.guard, guarding.low < guarding.high {
        if regions.isEmpty {
          regions.append(
            Region(low: guarding.low, high: guarding.high, style: "guard", label: "guard"))
        }
        span(guarding.low, guarding.high, "guard ")
        if site.kind == .pastGuard { span(address, guarding.low, "past the guard by ") }
        interests.append(guarding.low...guarding.high)
        interests.append(min(address, guarding.low)...max(address, limit))
      }
      if regions.isEmpty || !regions.contains(where: { $0.style == "stack" }) {
        regions.append(Region(low: limit, high: top, style: "stack", label: "stack"))
      }
      span(min(address, limit), max(address, limit), address < limit ? "overshoot " : "")
      interests.append(min(address, limit)...max(address, limit))
      span(limit, top, "stack ")
      interests.append(min(address, site.guard?.low ?? limit)...max(address, max(limit, top)))
    }

    /// A distance, in words, unless it is none.
    private mutating func span(_ low: Address, _ high: Address, _ what: String) {
      guard low < high else { return }
      let distance = bytesInWords(Int(clamping: high.value - low.value))
      spans.append(Span(low: low, high: high, label: what + distance))
    }

    /// A strip for each scale that is needed: what a strip shows clearly needs no other.
    func strips() -> [AddressStrip] {
      let ranges = interests.map { $0.widened }
        .sorted {
          $0.upperBound.value - $0.lowerBound.value
            > $1.upperBound.value - $1.lowerBound.value
        }
      var chosen: [ClosedRange<Address>] = []
      for range in ranges where chosen.count < 3 {
        let size = range.upperBound.value - range.lowerBound.value
        if let last = chosen.last, size > (last.upperBound.value - last.lowerBound.value) / 5 {
          continue
        }
        chosen.append(range)
      }
      return chosen.map {
        AddressStrip(
          low: $0.lowerBound, high: $0.upperBound, regions: regions, marks: marks, spans: spans)
      }
    }
  }
}

extension AddressStrip.Region {
  /// - Parameter site: tells the stack that it is about from its neighbours.
  fileprivate init(_ region: MemoryRegion, site: FaultSite) {
    let isOwn = region.owner != nil && region.owner == site.owner
    let name = region.owner.map { $0.shortName } ?? region.mapping.map(AddressStrip.Region.short)
    let style =
      switch region.kind {
      case .guard: "guard"
      case .stack: isOwn ? "stack" : "neighbour"
      case .mapping: region.mapping?.hasSuffix("---p") == true ? "closed" : "mapping"
      }
    let label =
      switch region.kind {
      case .guard: isOwn ? "guard" : "guard of \(name ?? "another stack")"
      case .stack: "stack of \(name ?? "?")"
      case .mapping: name ?? "mapping"
      }
    self.init(
      low: region.low, high: max(region.low, region.high), style: style,
      label: shortened(label, to: 26))
  }

  /// The last part of a long path: there is little room.
  private static func short(_ mapping: String) -> String {
    mapping.hasPrefix("/") && mapping.count > 24
      ? mapping.split(separator: "/").last.map(String.init) ?? "/" : mapping
  }
}

extension FaultSite.Owner {
  fileprivate var shortName: String {
    switch kind {
    case .main: "main"
    case .thread, .coroutine: name.isEmpty ? kind.rawValue : name
    case .alternateStack: "alternate"
    }
  }
}

extension Address {
  func lowered(by distance: UInt64) -> Address {
    Address(value < distance ? 0 : value - distance)
  }

  func raised(by distance: UInt64) -> Address {
    let (sum, overflow) = value.addingReportingOverflow(distance)
    return Address(overflow ? .max : sum)
  }
}

extension ClosedRange<Address> {
  /// With room on both sides, so that what lies beside is seen to lie beside.
  fileprivate var widened: ClosedRange<Address> {
    let room = Swift.max(8, (upperBound.value - lowerBound.value) / 5)
    return lowerBound.lowered(by: room)...upperBound.raised(by: room)
  }
}
