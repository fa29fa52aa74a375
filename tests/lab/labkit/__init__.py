# SPDX-License-Identifier: ISC
"""What the lab is made of: the user's side, three servers, and the box each server runs in."""
