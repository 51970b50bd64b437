"""The Regions of these tests: the sandbox's own, and one where copies go."""

HOME = "ap-northeast-2"
OSAKA = "ap-northeast-3"
