-- The counter of a resource, as an acquire sees it before it decides.
-- $1: resource.
SELECT fence FROM {fences} WHERE resource = $1
