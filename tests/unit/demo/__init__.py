"""Tests of the demonstration inbox."""
