// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "example",
  dependencies: [
    // In a package of your own: .package(url: …)
    .package(name: "crashlab", path: "../../..")
  ],
  targets: [
    .target(name: "Brackets"),
    .testTarget(
      name: "BracketsTests",
      dependencies: [
        "Brackets",
        .product(name: "CrashLab", package: "crashlab"),
        .product(name: "CrashLabText", package: "crashlab"),
        .product(name: "CrashLabTesting", package: "crashlab"),
      ]
    ),
  ]
)
